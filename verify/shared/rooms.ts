/** The folders of the project that have TypeScript. */
export const rooms = [
  'adapters',
  'api',
  'bin',
  'client',
  'console',
  'core',
  'lambdas',
  'lib',
  'local',
  'package',
  'receiver',
  'test',
  'verify',
] as const;
