import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { EventQueueProps } from '../../lib/event-queue.ts';
import { EventQueueStack } from '../../lib/event-queue-stack.ts';

export type Resource = {
  readonly id: string;
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: a template is JSON of many shapes, and tests look at their depths.
  readonly Properties: any;
};

/** The context of cdk.json that a deployment gets, above all the feature flags. */
const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));

const folder = mkdtempSync(join(tmpdir(), 'event-queue-synthesized-'));
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * An app as `npm run deploy` makes it, except that its functions are not bundled, and that the CDK's own validation of
 * templates does not run unless it is asked for: either takes seconds.
 *
 * @param flags the context, those feature flags of cdk.json that a deployment has by default
 */
export function notBundled({ validated = false, flags = context } = {}): App {
  return new App({
    context: { ...flags, 'aws:cdk:bundling-stacks': [] },
    outdir: mkdtempSync(join(folder, 'app-')),
    stackTraces: false,
    builtinCloudFormationValidation: validated,
  });
}

const stacks = new Map<string, Template>();

/** The template of a stack with one queue. A suite synthesizes it once for each set of props. */
export function stackWith(props: EventQueueProps = {}): Template {
  const known = stacks.get(JSON.stringify(props));
  const template = known ?? templateOf((app) => ({ stack: new EventQueueStack(app, 'EventQueue', props) })).stack;
  stacks.set(JSON.stringify(props), template);
  return template;
}

/** Makes a stack, and returns its template, and what else `make` returns. */
export function templateOf<Made extends { readonly stack: Stack }>(make: (app: App) => Made) {
  const { stack, ...rest } = make(notBundled());
  return { ...rest, stack: Template.fromStack(stack) } as Omit<Made, 'stack'> & { readonly stack: Template };
}

export function resourcesIn(template: Template, type: string): readonly Resource[] {
  return Object.entries(template.findResources(type)).map(([id, resource]) => ({ ...(resource as Resource), id }));
}

/**
 * The actions that a function's role allows, in alphabetical order, by resource. A resource is named by the end of its
 * path and, if there is one, by the condition.
 */
export function allowedTo(template: Template, name: string): Readonly<Record<string, readonly string[]>> {
  const policies = resourcesIn(template, 'AWS::IAM::Policy').filter(({ id }) => id.startsWith(`Queue${name}Role`));
  const statements: Statement[] = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const allowed: Record<string, string[]> = {};
  for (const { Effect, Action, Resource, Condition, ...rest } of statements) {
    if (Effect !== 'Allow' || Object.keys(rest).length > 0) throw new Error(`An unusual statement of ${name}.`);
    const on = resourceName(Resource) + (Condition ? ` only if ${JSON.stringify(Condition)}` : '');
    allowed[on] = [...(allowed[on] ?? []), ...[Action].flat()].sort();
  }
  return allowed;
}

type Statement = {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Condition?: object;
  readonly Resource: string | { readonly 'Fn::GetAtt': readonly [id: string, attribute: string] };
};

/** The name of a construct in a logical id: `EventsTable` for `QueueEventsTable32572C7B`. */
function resourceName(resource: Statement['Resource']): string {
  return typeof resource === 'string' ? resource : resource['Fn::GetAtt'][0].replace(/^Queue|[0-9A-F]{8}$/g, '');
}
