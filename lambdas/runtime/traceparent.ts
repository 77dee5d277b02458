/** The form of a trace header of AWS: `Root=1-<8 digits>-<24 digits>;Parent=<16 digits>;Sampled=<0 or 1>`. */
const TRACE_HEADER = /Root=1-([0-9a-f]{8})-([0-9a-f]{24});Parent=([0-9a-f]{16});Sampled=([01])/;

/**
 * The W3C `traceparent` of the trace that an invocation belongs to, made from the trace header that Lambda puts into
 * `_X_AMZN_TRACE_ID`. Undefined if there is no complete trace header.
 * https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function traceparentOf(traceHeader: string | undefined): string | undefined {
  const [, epoch, unique, parent, sampled] = TRACE_HEADER.exec(traceHeader ?? '') ?? [];
  return epoch === undefined ? undefined : `00-${epoch}${unique}-${parent}-0${sampled}`;
}
