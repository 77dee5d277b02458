import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rooms } from '../shared/rooms.ts';
import { commentsIn } from './comments-in.ts';

type Comment = { readonly file: string; readonly text: string };

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** All comments of the project's TypeScript, by the path of their file and their place in it. */
export function commentsOfProject(): readonly Comment[] {
  return rooms
    .flatMap((room) =>
      readdirSync(join(PROJECT, room), { recursive: true, encoding: 'utf8' })
        .sort()
        .map((path) => join(room, path)),
    )
    .filter((file) => /\.tsx?$/.test(file) && !file.includes('node_modules'))
    .flatMap((file) => commentsIn(readFileSync(join(PROJECT, file), 'utf8')).map((text) => ({ file, text })));
}
