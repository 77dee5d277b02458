import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openapiDocument } from '../../api/openapi-document.ts';
import { routes } from '../../api/routes.ts';
import { defaultSettings } from '../../core/settings.ts';
import { helpIfAsked } from '../../local/help-if-asked.ts';

const help = `Checks /openapi.json with the tools that others use it with: Redocly and Spectral look for errors, and what
openapi-typescript generates from it must compile, without skipLibCheck, together with a small application.

  npm run openapi

The tools are in the folder verify/openapi with versions of their own, and npm ci does not install them. Install them first:

  npm ci --prefix verify/openapi

Options: --help shows this.`;

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/**
 * A program that uses the generated types by their names. It compiles only if an event needs no field but its URL, and
 * if each name has the type that it promises.
 */
const APPLICATION = `import type { components, operations } from './api.js';

type Schemas = components['schemas'];
const event: Schemas['NewEvent'] = { url_to_send_request: 'https://example.com/', headers: { 'x-tenant': 'acme' } };
type Published = operations['publishEvent']['responses'][201]['content']['application/json'];
type Page = operations['listEvents']['responses'][200]['content']['application/json'];
export const body: operations['publishEvent']['requestBody']['content']['application/json'] = event;
export const statusOf = (published: Published): Schemas['EventStatus'] => published.status;
export const attemptsIn = (page: Page): Schemas['Attempt'][] => page.events.flatMap((one) => one.attempts);
export const reasonOf = (problem: Schemas['Problem']): string => problem.detail;
`;

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    target: 'es2024',
    module: 'nodenext',
    moduleDetection: 'force',
    types: [],
  },
  files: ['api.d.ts', 'application.ts'],
};

const tools = ['redocly', 'spectral', 'openapi-typescript', 'tsc'] as const;
type Tool = (typeof tools)[number];

helpIfAsked(help);
process.exitCode = main(process.argv.slice(2));

function main(args: readonly string[]): number {
  const mistake = mistakeIn(args);
  if (mistake !== undefined) return end(2, `${mistake.replace(/\.?$/, '.')} See npm run openapi -- --help.`);
  const missing = tools.filter((tool) => !existsSync(pathOf(tool)));
  if (missing.length > 0) {
    return end(2, `The check needs ${missing.join(', ')}. Install the tools with: npm ci --prefix verify/openapi`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'event-queue-openapi-'));
  try {
    return check(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs all tools on the document in the folder. Returns the exit code, which is 0 if no tool reports an error. */
function check(folder: string): number {
  const at = (name: string) => join(folder, name);
  const description = openapiDocument(routes(defaultSettings, Date.now), '0.0.0');
  writeFileSync(at('openapi.json'), JSON.stringify(description, undefined, 2));
  writeFileSync(at('application.ts'), APPLICATION);
  writeFileSync(at('tsconfig.json'), JSON.stringify(TSCONFIG));
  const ruleset = join(FOLDER, 'spectral.yaml');
  const passes = [
    run('redocly', ['lint', '--extends=recommended', at('openapi.json')]),
    run('spectral', ['lint', '--ruleset', ruleset, '--fail-severity', 'warn', at('openapi.json')]),
    // Without this flag a client would have to send the fields that have a default: https://openapi-ts.dev/cli
    run('openapi-typescript', [at('openapi.json'), '--default-non-nullable=false', '--output', at('api.d.ts')]) &&
      run('tsc', ['--project', folder]),
  ];
  return passes.every(Boolean) ? 0 : 1;
}

/**
 * Runs a tool to its end, and returns whether it found no error. The output of the tool is shown only if it found one.
 */
function run(tool: Tool, args: readonly string[]): boolean {
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [pathOf(tool), ...args], { env, encoding: 'utf8' });
  const passes = status === 0;
  console.log(passes ? `${tool} reports no error.` : `${tool} reports errors:\n\n${stdout}${stderr}`);
  return passes;
}

function pathOf(tool: Tool): string {
  return join(FOLDER, 'node_modules/.bin', tool);
}

function mistakeIn(args: readonly string[]): string | undefined {
  try {
    parseArgs({ args: [...args], options: {} });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function end(exitCode: number, text: string): number {
  console.error(text);
  return exitCode;
}
