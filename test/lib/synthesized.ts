import { App } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';

export type Resource = {
  readonly id: string;
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: a template is JSON of many shapes, and tests look at their depths.
  readonly Properties: any;
};

/** An app whose functions are not bundled, which takes seconds. */
export function notBundled(outdir?: string): App {
  return new App({ context: { 'aws:cdk:bundling-stacks': [] }, ...(outdir !== undefined && { outdir }) });
}

export function resourcesIn(template: Template, type: string): readonly Resource[] {
  return Object.entries(template.findResources(type)).map(([id, resource]) => ({ ...(resource as Resource), id }));
}

/** What a function's role allows, statement by statement: on which resource, by the end of its path, and which actions. */
export function statementsOf(template: Template, name: string) {
  const policies = resourcesIn(template, 'AWS::IAM::Policy').filter(({ id }) => id.startsWith(`Queue${name}Role`));
  const statements: Statement[] = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  return statements.map(({ Effect, Action, Resource, ...rest }) => {
    if (Effect !== 'Allow' || Object.keys(rest).length > 0) throw new Error(`An unusual statement of ${name}.`);
    return { on: resourceName(Resource), actions: [Action].flat() };
  });
}

type Statement = {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | { readonly 'Fn::GetAtt': readonly [id: string, attribute: string] };
};

/** `EventsTable`, of `QueueEventsTable32572C7B`. */
function resourceName(resource: Statement['Resource']): string {
  return typeof resource === 'string' ? resource : resource['Fn::GetAtt'][0].replace(/^Queue|[0-9A-F]{8}$/g, '');
}
