import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { PROJECT } from './project.ts';

/** The documents that a user of the package needs. Messages and alarms name docs/operations.md. */
const DOCUMENTS = ['guide', 'client', 'receivers', 'reference', 'deploy', 'operations', 'console'].map(
  (name) => `docs/${name}.md`,
);
const EXAMPLES = [
  'event-queue.mjs',
  'express.mjs',
  'receiver.mjs',
  'receiver.php',
  'receiver.py',
  'route.mjs',
  'table-marks.mjs',
].map((name) => `docs/receivers/${name}`);
const FILES = [...DOCUMENTS, ...EXAMPLES];

/** Writes the documents for users into the package. What they say of other files of the repository is no link there. */
export function writeDocuments(folder: string): void {
  for (const file of FILES) {
    const text = readFileSync(join(PROJECT, file), 'utf8');
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), DOCUMENTS.includes(file) ? withoutLinksAway(text, file) : text);
  }
}

/** Replaces links to files that the package does not have by their texts. */
export function withoutLinksAway(text: string, file: string): string {
  return text.replaceAll(/\[([^\]]+)\]\(([^)\s]+)\)/g, (link, name: string, target: string) => {
    const [path = ''] = target.split('#');
    const leadsAway = !/^\w+:/.test(target) && path !== '' && !FILES.includes(relative('.', join(dirname(file), path)));
    return leadsAway ? name : link;
  });
}
