import type { Attempt, Excerpt } from './progress.ts';

/** The fields by which the API and callbacks show an attempt. */
export function attemptFields({ number, startedAt, late, duration, outcome, statusCode, error, ...more }: Attempt) {
  const { requests, excerpt } = more;
  return {
    number,
    started_at_utc: isoOf(startedAt),
    late_ms: late,
    duration_ms: duration,
    outcome,
    status_code: statusCode ?? null,
    error: error ?? null,
    ...(excerpt !== undefined && { answer_excerpt: excerptFields(excerpt) }),
    ...(requests !== undefined && { requests }),
  };
}

export function isoOf(instant: number): string {
  // biome-ignore lint/style/noRestrictedGlobals: writing an instant asks no clock
  return new Date(instant).toISOString();
}

function excerptFields(excerpt: Excerpt) {
  const { truncated = false } = excerpt;
  return 'text' in excerpt ? { text: excerpt.text, binary: false, truncated } : { text: null, binary: true, truncated };
}
