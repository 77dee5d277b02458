// Runs a command of the queue on this machine: node local/main.ts [start | keys | backup | purge | demo] ...

import { readFileSync } from 'node:fs';
import { bundleConsole } from '../console/bundle/bundle.ts';
import { runCommand } from './run-command.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

await runCommand(process.argv.slice(2), {
  version,
  dataFolder: './.data',
  readConsole: bundleConsole,
  typed(command, words) {
    const script = command === 'start' ? 'npm start' : `npm run ${command}`;
    return words === undefined ? script : `${script} -- ${words}`;
  },
});
