import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { failureLine } from '../../adapters/failure-line.ts';
import type { Run } from '../../core/dispatch/dispatcher.ts';
import type { Change } from '../../core/event/change.ts';
import type { QueuedEvent } from '../../core/event/event.ts';
import { publicKey } from '../../core/event/event-key.ts';
import type { Attempt } from '../../core/event/progress.ts';
import { hostOf } from '../../core/target/target-url.ts';
import { attemptMetrics, metricNames, NAMESPACE } from './metric-names.ts';

export type Telemetry = {
  emit(change: Change): void;
  emitRun(run: Run): void;
  report(error: unknown): void;
  /** Writes what was counted since the last call as one log line, from which CloudWatch makes metrics. */
  publish(): void;
};

const FINISHED_AS = {
  success: metricNames.succeeded,
  failed: metricNames.failed,
  cancelled: metricNames.cancelled,
} as const;

/** @param queueName The name that tells the logs and metrics of this queue from those of other queues. */
export function telemetry(queueName: string): Telemetry {
  const logger = new Logger({ serviceName: queueName });
  const metrics = new Metrics({ namespace: NAMESPACE, serviceName: queueName });

  /**
   * Adds to a metric, unless `times` is 0: a metric costs money in every hour in which it has a value, even the value
   * 0.
   */
  function count(name: string, times = 1): void {
    if (times > 0) metrics.addMetric(name, MetricUnit.Count, times);
  }

  function time(name: string, milliseconds: number): void {
    metrics.addMetric(name, MetricUnit.Milliseconds, milliseconds);
  }

  function emit(change: Change): void {
    if (change.kind === 'accepted') count(metricNames.accepted);
    if (change.kind === 'reminded') count(metricNames.reminders);
    if (change.kind === 'finished') count(FINISHED_AS[change.progress.status]);
    if (change.kind === 'attempted') emitAttempt(change.event, change.attempt);
  }

  function emitAttempt(event: QueuedEvent, attempt: Attempt): void {
    logger.info('attempt', attemptLine(event, attempt));
    count(attemptMetrics[attempt.outcome]);
    time(metricNames.lateness, attempt.late);
    time(metricNames.callDuration, attempt.duration);
  }

  function emitRun({ promoteLag, auditLag, promoted, resent, pausedFor }: Run): void {
    time(metricNames.promoteLag, promoteLag);
    time(metricNames.auditLag, auditLag);
    if (pausedFor !== undefined) time(metricNames.pausedFor, pausedFor);
    count(metricNames.promoted, promoted);
    count(metricNames.resent, resent);
  }

  return {
    emit,
    emitRun,
    report: (error) => logger.error('failure', { failure: failureLine(error) }),
    publish() {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}

/**
 * The log line of an attempt. It has only the host of the URL, because the path, the query, the headers and the body
 * may hold secrets.
 */
function attemptLine({ key, url }: QueuedEvent, { number, outcome, statusCode, error, late, duration }: Attempt) {
  return {
    event_key: publicKey(key),
    attempt: number,
    host: hostOf(url),
    outcome,
    ...(statusCode !== undefined && { status_code: statusCode }),
    ...(error !== undefined && { reason: error }),
    late_ms: late,
    duration_ms: duration,
  };
}
