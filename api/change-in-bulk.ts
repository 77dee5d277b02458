import type { ApiKey } from '../core/api-key.ts';
import type { BulkResult } from '../core/manage/bulk.ts';
import type { Queue } from '../core/queue.ts';
import { type Asked, askedSearch, searchAt } from './asked-search.ts';
import { cursorOf, placeIn } from './cursor.ts';
import { invalid, type Problem } from './problem.ts';
import type { Reply } from './reply.ts';

type AskedInBulk = Asked & {
  readonly cursor?: string | null | undefined;
  readonly rate?: number | null | undefined;
  readonly dry_run?: boolean | null | undefined;
};

/**
 * Changes one page of events in bulk. A cursor is only valid for the same search, rate and `dry_run`. It contains the
 * instant of the first request, for which `now` stands in all of them, and, with a rate, the instant at which the next
 * event becomes due.
 */
export async function changeInBulk(
  { cursor, rate: askedRate, dry_run, ...asked }: AskedInBulk,
  change: Queue['retryAll'],
  caller: ApiKey,
  now: number,
): Promise<Reply | Problem> {
  const search = askedSearch(asked);
  const [rate, isDryRun] = [askedRate ?? undefined, dry_run === true];
  const request = { ...search, rate, ...(isDryRun && { dry_run }) };
  const place = cursor == null ? undefined : placeIn(cursor, request);
  if (cursor != null && place === undefined) return foreignBulkCursor;
  const [begunAt, startAt] = place?.instants ?? [];
  const result = await change(searchAt(search, begunAt ?? now), place?.position, { rate, startAt, begunAt, isDryRun });
  const { changed, next, nextAt } = result;
  const instants = [begunAt ?? now, ...(nextAt === undefined ? [] : [nextAt])];
  const next_cursor = next === undefined ? null : cursorOf({ position: next, instants }, request);
  return { status: 200, body: { changed, more: next !== undefined, next_cursor, ...dryRunIn(result, caller) } };
}

/**
 * The fields that only a dry run has in its answer. Hosts are part of the contents of events, so they need the scope
 * read.
 */
function dryRunIn({ hosts }: BulkResult, { scopes }: ApiKey) {
  if (hosts === undefined) return {};
  const mostFirst = [...hosts].sort(([, one], [, other]) => other - one);
  const listed = mostFirst.map(([host, count]) => ({ host, count }));
  return { dry_run: true, ...(scopes.includes('read') && { hosts: listed }) };
}

const foreignBulkCursor = invalid(
  'cursor',
  'This is not a next_cursor of the same request. Send the same fields beside the cursor, or begin without one.',
);
