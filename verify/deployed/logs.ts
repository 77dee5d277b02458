import type { Aws } from './aws.ts';
import type { Deployment } from './deployment.ts';

export const functionNames = ['Publish', 'Read', 'Manage', 'Site', 'Dispatch', 'Deliver'] as const;

export type LogLine = Readonly<Record<string, unknown>> & { readonly _aws?: EmbeddedMetrics };

type EmbeddedMetrics = {
  readonly Timestamp: number;
  readonly CloudWatchMetrics: readonly {
    readonly Namespace: string;
    readonly Dimensions: readonly (readonly string[])[];
    readonly Metrics: readonly { readonly Name: string }[];
  }[];
};

type Logged = Promise<readonly string[]>;

/** Resolves with all lines that a function has written to its log group so far. */
export async function logOf(aws: Aws, deployed: Deployment, name: (typeof functionNames)[number]): Logged {
  const logGroupName = deployed.physical(`Queue${name}Log`, 'AWS::Logs::LogGroup');
  const ask = <Answer>(action: string, input: object) =>
    aws.json<Answer>('logs', `Logs_20140328.${action}`, { logGroupName, ...input }, '1.1');
  const { logStreams = [] } = await ask<{ logStreams?: { logStreamName: string }[] }>('DescribeLogStreams', {});
  const lines = await Promise.all(
    logStreams.map(async ({ logStreamName }) => {
      const input = { logStreamName, limit: 10_000, startFromHead: true };
      const { events = [] } = await ask<{ events?: { message: string }[] }>('GetLogEvents', input);
      return events.map(({ message }) => message.trim());
    }),
  );
  return lines.flat();
}

/** Parses the lines that are JSON, and leaves out the others. */
export function parsedLines(lines: readonly string[]): readonly LogLine[] {
  return lines.flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}
