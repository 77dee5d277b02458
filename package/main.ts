import { stop } from 'esbuild';
import { helpIfAsked } from '../local/help-if-asked.ts';
import { buildPackage } from './build-package.ts';
import { DIST } from './project.ts';

const help = `Builds the npm package http-event-queue.

  npm run build

The package is written to dist, in place of what is there. npm run release packs and checks it.`;

helpIfAsked(help);
await buildPackage(DIST);
// Otherwise the process of esbuild would wait for more work.
await stop();
