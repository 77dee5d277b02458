import * as z from 'zod';
import { type Settings, settingsBounds } from '../../core/settings.ts';

const wholeNumber = ([least, most]: readonly [number, number]) => z.coerce.number().int().min(least).max(most);

const environmentSchema = z.object({
  TABLE_NAME: z.string().min(1),
  QUEUE_URL: z.url(),
  SHARDS: wholeNumber(settingsBounds.shards),
  MAX_TIMEOUT_SECONDS: wholeNumber(settingsBounds.maxTimeoutSeconds),
  MAX_WAIT_SECONDS: wholeNumber(settingsBounds.maxWaitSeconds),
  /** For how many seconds failures stay readable; empty if for as long as other results. */
  KEEP_FAILED_FOR: z.union([z.literal('').transform(() => undefined), wholeNumber(settingsBounds.keepFailedFor)]),
  /** How long SQS waits for a deliverer before it hands a message to another. */
  VISIBILITY_SECONDS: wholeNumber([1, 43_200]),
  /** Host names of the queue itself, which it never calls, with commas between. */
  OWN_HOSTS: z.string().transform((hosts) => hosts.split(',').filter((host) => host !== '')),
  /** Whether private addresses may be called. */
  PRIVATE_TARGETS: z.enum(['true', 'false']).transform((text) => text === 'true'),
  /** By which its logs and metrics are told from those of other queues. */
  QUEUE_NAME: z.string().min(1),
  VERSION: z.string().min(1),
});

/** What a function is told about its surroundings, as whoever deploys it sets it. */
export type Environment = { readonly [Name in keyof z.input<typeof environmentSchema>]: string };

/** Throws, and names the variable, if one is missing or wrong: nothing works then, and the deployment is at fault. */
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
