import { writeFileSync } from 'node:fs';
import { helpIfAsked } from '../../local/help-if-asked.ts';
import { referenceText } from './reference-text.ts';

helpIfAsked('Writes docs/reference.md from the routes and schemas of the API.\n\n  npm run reference');
writeFileSync(new URL('../../docs/reference.md', import.meta.url), referenceText());
