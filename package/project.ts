import { fileURLToPath } from 'node:url';

/** The folder of the project, with a slash at its end. */
export const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** The folder that `npm run build` writes the npm package to. */
export const DIST = `${PROJECT}dist`;
