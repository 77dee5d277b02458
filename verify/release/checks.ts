import type { Checks } from '../shared/verdicts.ts';
import { clientChecks } from './check-client.ts';
import { commandChecks } from './check-command.ts';
import { constructChecks } from './check-construct.ts';
import { functionChecks } from './check-functions.ts';
import { receiverChecks } from './check-receiver.ts';
import { sizeChecks } from './check-sizes.ts';
import type { PackedPackage } from './packed-package.ts';

/** All checks of the packed package, in the order in which they run. */
export const checks: readonly Checks<PackedPackage>[] = [
  sizeChecks,
  commandChecks,
  clientChecks,
  functionChecks,
  constructChecks,
  receiverChecks,
];
