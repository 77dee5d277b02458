import { RemovalPolicy, Token } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { defaultSettings, settingsBounds } from '../core/settings.ts';
import type { EventQueueProps } from './event-queue-props.ts';
import { requireWholeNumber } from './require-whole-number.ts';

/** The bounds that Lambda sets for the concurrency of an event source mapping. */
const CONCURRENCY_BOUNDS = [2, 1_000] as const;
/** A reservation is at least 1, because 0 would turn the function off. The upper bound is more than any account has. */
const RESERVED_BOUNDS = [1, 1_000_000] as const;
/** The bounds, in seconds, that the environment of the functions accepts. */
const CONSOLE_REFRESH_BOUNDS = [1, 3_600] as const;
const FAILED_EVENTS_BOUNDS = [1, 1_000_000] as const;

/** The props with a default for each one that was not given. */
export type ChosenProps = ReturnType<typeof chosenProps>;

/** Adds the defaults. Throws an error that says what to do if a prop is out of its bounds or contradicts another. */
export function chosenProps({
  shards = defaultSettings.shards,
  maxTimeoutSeconds = defaultSettings.maxTimeoutSeconds,
  maxWaitSeconds = 5,
  consoleRefreshSeconds = 10,
  reservedConcurrency = {},
  maxConcurrency = 20,
  throttling = { rateLimit: 100, burstLimit: 200 },
  corsOrigins = [],
  disableExecuteApiEndpoint = false,
  logRetention = RetentionDays.ONE_MONTH,
  failedEventsAlarm = 1,
  tracing = true,
  removalPolicy = RemovalPolicy.RETAIN,
  deletionProtection = false,
  privateTargets = false,
  ownHosts = [],
  ...others
}: EventQueueProps) {
  const { keepFailedFor, domain, alarmEmail } = others;
  requireWholeNumber('shards', shards, settingsBounds.shards);
  requireWholeNumber('maxTimeoutSeconds', maxTimeoutSeconds, settingsBounds.maxTimeoutSeconds);
  requireWholeNumber('maxWaitSeconds', maxWaitSeconds, settingsBounds.maxWaitSeconds);
  requireWholeNumber('consoleRefreshSeconds', consoleRefreshSeconds, CONSOLE_REFRESH_BOUNDS);
  requireWholeNumber('maxConcurrency', maxConcurrency, CONCURRENCY_BOUNDS);
  for (const [name, reserved] of Object.entries(reservedConcurrency)) {
    if (reserved !== undefined) requireWholeNumber(`reservedConcurrency.${name}`, reserved, RESERVED_BOUNDS);
  }
  if (keepFailedFor !== undefined) requireWholeNumber('keepFailedFor', keepFailedFor, settingsBounds.keepFailedFor);
  if (failedEventsAlarm !== false) requireWholeNumber('failedEventsAlarm', failedEventsAlarm, FAILED_EVENTS_BOUNDS);
  if (alarmEmail !== undefined && !Token.isUnresolved(alarmEmail) && !alarmEmail.includes('@')) {
    throw new Error(
      `EventQueue: alarmEmail is "${alarmEmail}", which is not a mail address. Give one, or leave it out.`,
    );
  }
  if (disableExecuteApiEndpoint && domain === undefined) {
    throw new Error(
      'EventQueue: disableExecuteApiEndpoint is true, but there is no domain under which the API could be reached. Give a domain as well.',
    );
  }
  const sizes = {
    shards,
    maxTimeoutSeconds,
    maxWaitSeconds,
    consoleRefreshSeconds,
    reservedConcurrency,
    maxConcurrency,
  };
  const api = { throttling, corsOrigins, disableExecuteApiEndpoint };
  const table = { removalPolicy, deletionProtection };
  return { ...others, ...sizes, ...api, ...table, logRetention, failedEventsAlarm, tracing, privateTargets, ownHosts };
}
