import { CodeBlock } from '../../parts/code-block.tsx';
import { Empty } from '../../parts/empty.tsx';
import { exampleCommand, exampleTarget } from '../../state/example-command.ts';

/** Shows how to make the first schedule. */
export function FirstSchedule() {
  const event = { url_to_send_request: exampleTarget() };
  return (
    <Empty title="No schedules yet">
      <p>
        A schedule publishes an event again and again: at times of the day, or at an interval. Make one from a terminal,
        or with <a href="/console/new-schedule">a form</a>.
      </p>
      <CodeBlock
        text={exampleCommand('PUT', '/schedules/each-minute', { cron: '* * * * *', event })}
        what="curl command"
      />
    </Empty>
  );
}
