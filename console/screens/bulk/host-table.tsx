import type { HostCount } from '../../state/bulk-walk.ts';
import { counted, wholeNumber } from '../../text/number.ts';

/** The most hosts that are named. */
const HOSTS_NAMED = 10;

/** At which hosts events would be changed. Only a key that may read events is told. */
export function HostTable({ hosts }: { readonly hosts: readonly HostCount[] }) {
  if (hosts.length === 0) return null;
  const others = hosts.slice(HOSTS_NAMED);
  return (
    <table class="hosts">
      <thead>
        <tr>
          <th>Host</th>
          <th class="number">Events</th>
        </tr>
      </thead>
      <tbody>
        {hosts.slice(0, HOSTS_NAMED).map(({ host, count }) => (
          <tr key={host}>
            <td>{host}</td>
            <td class="number">{wholeNumber(count)}</td>
          </tr>
        ))}
        {others.length > 0 && (
          <tr>
            <td class="muted">{counted(others.length, 'other host')}</td>
            <td class="number">{wholeNumber(others.reduce((sum, { count }) => sum + count, 0))}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
