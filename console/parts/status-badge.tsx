import type { EventStatus } from '../state/api-types.ts';
import { statusNames } from '../text/status.ts';

export function StatusBadge({ status }: { readonly status: EventStatus }) {
  return <span class={`badge ${status}`}>{statusNames[status]}</span>;
}
