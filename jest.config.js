import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

// Hundreds of processes start in a run of all tests. Half of the processor time of a start is for compiling what the
// start before compiled, so Node keeps it.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/node', import.meta.url));

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // A test that hangs is ended. None is red because a machine is slow.
  testTimeout: 300_000,
  maxWorkers: Math.max(2, availableParallelism() - 1),
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
};
