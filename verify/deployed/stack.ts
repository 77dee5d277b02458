import { type Aws, element, elements } from './aws.ts';

type Resource = { readonly physical: string; readonly type: string };

/** A deployed stack as CloudFormation describes it, with its resources by their logical ids. */
export type Stack = {
  readonly status: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, Resource>>;
  readonly template: Template;
};

export type Template = { readonly Resources: Readonly<Record<string, TemplateResource>> };

export type TemplateResource = {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: Each type of resource has other properties.
  readonly Properties?: any;
  readonly DeletionPolicy?: string;
};

export async function describeStack(aws: Aws, name: string): Promise<Stack> {
  const described = await aws.cloudFormation('DescribeStacks', { StackName: name });
  const outputs = elements(described, 'member')
    .filter((member) => member.includes('<OutputKey>'))
    .map((member) => [element(member, 'OutputKey'), element(member, 'OutputValue')] as const);
  const template = await aws.cloudFormation('GetTemplate', { StackName: name });
  return {
    status: element(described, 'StackStatus'),
    outputs: Object.fromEntries(outputs),
    resources: Object.fromEntries(await resourcesOf(aws, name)),
    template: JSON.parse(element(template, 'TemplateBody')),
  };
}

async function resourcesOf(aws: Aws, name: string, next = ''): Promise<readonly (readonly [string, Resource])[]> {
  const page = { StackName: name, ...(next && { NextToken: next }) };
  const xml = await aws.cloudFormation('ListStackResources', page);
  const found = elements(xml, 'member').map(
    (member) =>
      [
        element(member, 'LogicalResourceId'),
        { physical: element(member, 'PhysicalResourceId'), type: element(member, 'ResourceType') },
      ] as const,
  );
  const following = element(xml, 'NextToken');
  return following === '' ? found : [...found, ...(await resourcesOf(aws, name, following))];
}

/** Returns the name that AWS gave to the resource of that type whose logical id begins with `start`. */
export function physicalName({ resources }: Pick<Stack, 'resources'>, start: string, type: string): string {
  const found = Object.entries(resources).find(([id, one]) => id.startsWith(start) && one.type === type);
  if (found === undefined) throw new Error(`The stack has no ${type} whose id begins with ${start}.`);
  return found[1].physical;
}
