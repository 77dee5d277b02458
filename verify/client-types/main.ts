import { writeFileSync } from 'node:fs';
import { helpIfAsked } from '../../local/help-if-asked.ts';
import { clientTypesText } from './client-types-text.ts';

helpIfAsked('Writes client/api-types.ts from the routes and schemas of the API.\n\n  npm run client-types');
writeFileSync(new URL('../../client/api-types.ts', import.meta.url), clientTypesText());
