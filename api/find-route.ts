import type { Problem } from './problem.ts';
import type { Route } from './route.ts';

export type FoundRoute<Name extends string> = {
  readonly name: Name;
  /** From the path, by the names of the route. */
  readonly parameters: Readonly<Record<string, string>>;
  /** What an alias calls a query parameter, and what the route calls it. */
  readonly renamed: ReadonlyMap<string, string>;
};

type Way = Pick<Route['aliases'][number], 'path' | 'parameters'>;

/** Finds which of the routes, by its path or an alias, takes a request, or says why none does. A route that takes GET takes HEAD as well. */
export function routeFinder<Name extends string>(routes: readonly (readonly [Name, Route])[]) {
  const paths = routes.flatMap(([name, { method, path, aliases }]) => {
    const ways: readonly Way[] = [{ path }, ...aliases];
    return ways.map((way) => ({
      name,
      method,
      pattern: patternOf(way.path),
      renamed: new Map(Object.entries(way.parameters ?? {})),
    }));
  });

  return (method: string, path: string): FoundRoute<Name> | Problem => {
    const matching = paths.filter(({ pattern }) => pattern.test(path));
    const found = matching.find((one) => one.method === (method === 'HEAD' ? 'GET' : method));
    if (found !== undefined) {
      return { name: found.name, parameters: parametersIn(path, found.pattern), renamed: found.renamed };
    }
    return matching.length === 0 ? noSuchPath : wrongMethod(matching.map((one) => one.method));
  };
}

function patternOf(path: string): RegExp {
  const pattern = path.replaceAll('.', '\\.').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return new RegExp(`^${pattern}$`);
}

function parametersIn(path: string, pattern: RegExp): Record<string, string> {
  const found = Object.entries(pattern.exec(path)?.groups ?? {});
  return Object.fromEntries(found.map(([name, value]) => [name, decoded(value)]));
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

export const noSuchPath: Problem = {
  problem: 'not-found',
  detail: 'There is no such path. GET /openapi.json lists those that there are.',
};

function wrongMethod(methods: readonly string[]): Problem {
  const all = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  const allow = [...new Set(all)].join(', ');
  return { problem: 'method-not-allowed', detail: `This path takes ${allow}.`, headers: { allow } };
}
