import type { Problem } from './problem.ts';
import type { Route } from './route.ts';

export type FoundRoute<Name extends string> = {
  readonly name: Name;
  /** The parameters in the path, under the names that the route gives them. */
  readonly parameters: Readonly<Record<string, string>>;
  /**
   * The query parameters that have another name under an alias: from that name to the name that the route gives them.
   */
  readonly renamed: ReadonlyMap<string, string>;
};

type RoutePath = Pick<Route['aliases'][number], 'path' | 'parameters'>;

/**
 * Makes a function that finds the route for a method and a path, which may be an alias. A problem if no route matches.
 * A route that takes GET takes HEAD as well.
 */
export function routeFinder<Name extends string>(routes: readonly (readonly [Name, Route])[]) {
  const paths = routes.flatMap(([name, { method, path, aliases }]) => {
    const routePaths: readonly RoutePath[] = [{ path }, ...aliases];
    return routePaths.map((one) => ({
      name,
      method,
      pattern: patternOf(one.path),
      renamed: new Map(Object.entries(one.parameters ?? {})),
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
  detail: 'There is no such path. GET /openapi.json lists all paths.',
};

function wrongMethod(methods: readonly string[]): Problem {
  const all = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  const allow = [...new Set(all)].join(', ');
  return { problem: 'method-not-allowed', detail: `This path takes ${allow}.`, headers: { allow } };
}
