/** One of the modules that the package exports. */
export type Entry = {
  /** What a project imports, behind `http-event-queue`. */
  readonly subpath: string;
  /** The file of the repository that is bundled. */
  readonly source: string;
  /** The folder of the package that holds the bundle and its declarations. */
  readonly folder: string;
  /** The packages that the module imports. A project installs them itself. */
  readonly peers: readonly string[];
};

export const entries: readonly Entry[] = [
  { subpath: '.', source: 'client/client.ts', folder: 'client', peers: [] },
  { subpath: './receiver', source: 'receiver/receiver.ts', folder: 'receiver', peers: [] },
  { subpath: './cdk', source: 'lib/event-queue.ts', folder: 'cdk', peers: ['aws-cdk-lib', 'constructs'] },
];

/** The program of the command, in its folder of the package. */
export const COMMAND = { source: 'package/command.ts', folder: 'command', file: 'command/command.js' } as const;

/** Returns the path of an entry's bundle, or of its declarations, in the package. */
export function fileOf({ folder, source }: Entry, extension: '.js' | '.d.ts'): string {
  return `${folder}/${source.slice(source.lastIndexOf('/') + 1).replace(/\.ts$/, extension)}`;
}
