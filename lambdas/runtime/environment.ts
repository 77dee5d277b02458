import * as z from 'zod';
import { type Settings, settingsBounds } from '../../core/settings.ts';

const wholeNumber = ([least, most]: readonly [number, number]) => z.coerce.number().int().min(least).max(most);

const environmentSchema = z.object({
  TABLE_NAME: z.string().min(1),
  QUEUE_URL: z.url(),
  SHARDS: wholeNumber(settingsBounds.shards),
  MAX_TIMEOUT_SECONDS: wholeNumber(settingsBounds.maxTimeoutSeconds),
  MAX_WAIT_SECONDS: wholeNumber(settingsBounds.maxWaitSeconds),
  /**
   * Seconds for which an event stays readable after it failed for good. Empty if failures are kept as long as other
   * results.
   */
  KEEP_FAILED_FOR: z.union([z.literal('').transform(() => undefined), wholeNumber(settingsBounds.keepFailedFor)]),
  /** Seconds after which SQS hands a message to another deliverer, if the first one has not acknowledged it. */
  VISIBILITY_SECONDS: wholeNumber([1, 43_200]),
  /** Comma-separated host names of the queue itself, which it never calls. */
  OWN_HOSTS: z.string().transform((hosts) => hosts.split(',').filter((host) => host !== '')),
  /**
   * The least number of seconds between two requests of the console for the same data. The version before does not set
   * this variable. During an upgrade a function may get its new code before its new variables, and it would answer
   * nothing without a default.
   */
  CONSOLE_REFRESH_SECONDS: wholeNumber([1, 3_600]).default(10),
  /** Whether events may have private addresses as targets. */
  PRIVATE_TARGETS: z.enum(['true', 'false']).transform((text) => text === 'true'),
  /** The name that tells the logs and metrics of this queue from those of other queues. */
  QUEUE_NAME: z.string().min(1),
  VERSION: z.string().min(1),
});

/** The environment variables that the deployment sets for every function. */
export type Environment = { readonly [Name in keyof z.input<typeof environmentSchema>]-?: string };

/**
 * Parses the environment variables. Throws an error that names the variable if one is missing or wrong, because the
 * deployment is at fault then.
 */
export function readEnvironment(variables: NodeJS.ProcessEnv): z.output<typeof environmentSchema> {
  return environmentSchema.parse(variables);
}

export function settingsOf(environment: ReturnType<typeof readEnvironment>): Settings {
  return {
    shards: environment.SHARDS,
    maxTimeoutSeconds: environment.MAX_TIMEOUT_SECONDS,
    maxWaitSeconds: environment.MAX_WAIT_SECONDS,
    keepFailedFor: environment.KEEP_FAILED_FOR,
    privateTargets: environment.PRIVATE_TARGETS,
    ownHosts: environment.OWN_HOSTS,
  };
}
