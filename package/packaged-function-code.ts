import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { FunctionName } from './bundle-function.ts';

/** The folder of the package in which the functions are bundled beforehand. It stands beside the folder of this file's bundle. */
const FUNCTIONS = fileURLToPath(new URL('../functions', import.meta.url));

/** Returns the code of a deployed function, which the package contains. */
export function functionCode(name: FunctionName): Code {
  return Code.fromAsset(join(FUNCTIONS, name));
}
