import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Duration, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat, RecursiveLoop, Runtime, SystemLogLevel, Tracing } from 'aws-cdk-lib/aws-lambda';
import {
  type ICommandHooks,
  LogLevel,
  NodejsFunction,
  OutputFormat,
  SourceMapMode,
} from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Environment } from '../lambdas/runtime/environment.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/**
 * The memory of most functions in megabytes. AWS gives processor time in proportion to it: here, 0.29 of a processor.
 */
export const MEMORY = 512;
/**
 * The memory of dispatch in megabytes. It comes with a whole processor, because one run may have to send everything
 * that is due in a minute.
 */
export const DISPATCH_MEMORY = 1_769;

/**
 * Packages that the SDK imports only when it finds no credentials in the environment. Lambda puts the credentials of a
 * function's role there, so bundles leave these packages out; they would be a fifth of a bundle.
 */
const OTHER_CREDENTIALS = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
] as const;

type Options = {
  /** The name of the function's file in lambdas. */
  readonly name: 'publish' | 'read' | 'manage' | 'site' | 'dispatch' | 'deliver';
  readonly environment: Environment;
  /** The time in seconds after which Lambda stops an invocation. */
  readonly timeout: number;
  /**
   * The memory in megabytes.
   * @default MEMORY
   */
  readonly memory?: number;
  /**
   * The number of concurrent executions of the account that are reserved for the function. It gets no more than these.
   */
  readonly reservedConcurrency?: number | undefined;
  readonly logRetention: RetentionDays;
  readonly tracing: boolean;
  /**
   * Present if the function sends messages that invoke it again. Without it, Lambda takes such a loop for a mistake and
   * stops it after about 16 rounds.
   */
  readonly invokesItself?: true;
  /** Files of packages that the function reads at run time, for example `swagger-ui-dist/swagger-ui.css`. */
  readonly packageFiles?: readonly string[];
  /**
   * Files of the project that code reads from its own folder, for example `api/pages/docs.css`. They are copied to the
   * folder of the bundle.
   */
  readonly filesBeside?: readonly string[];
  /** Present if the function serves the console, whose files are built next to the bundle. */
  readonly withConsole?: true;
};

/** One of the deployed functions, with its bundle, its role and its log group. */
export class QueueFunction extends Construct {
  readonly function: NodejsFunction;
  readonly memory: number;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, options: Options) {
    super(scope, id);
    const {
      name,
      environment,
      timeout,
      memory = MEMORY,
      reservedConcurrency,
      logRetention,
      tracing,
      invokesItself,
      packageFiles = [],
      filesBeside = [],
      withConsole,
    } = options;
    this.memory = memory;
    this.logGroup = new LogGroup(this, 'Log', { retention: logRetention });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.logGroup.grantWrite(role);
    this.function = new NodejsFunction(this, 'Function', {
      entry: join(PROJECT, `lambdas/${name}.ts`),
      // These paths do not depend on the current folder, which is another one if another app contains the queue.
      projectRoot: PROJECT,
      depsLockFilePath: join(PROJECT, 'package-lock.json'),
      handler: 'handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(timeout),
      memorySize: memory,
      ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
      environment: { ...environment, NODE_OPTIONS: '--enable-source-maps' },
      role,
      logGroup: this.logGroup,
      // Lambda's own lines about each invocation would cost more than the lines of the function, so Lambda writes only
      // warnings.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      tracing: tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      recursiveLoop: invokesItself ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE,
      bundling: {
        // An ES module that imports a built-in module touches all its exports, and Node loads parts that it otherwise
        // loads on first use. CommonJS avoids that, so the function starts faster.
        format: OutputFormat.CJS,
        target: 'node24',
        minify: true,
        logLevel: LogLevel.WARNING,
        sourceMap: true,
        sourceMapMode: SourceMapMode.DEFAULT,
        sourcesContent: false,
        mainFields: ['module', 'main'],
        externalModules: [...OTHER_CREDENTIALS],
        banner: "const bundleUrl=require('node:url').pathToFileURL(__filename).href;",
        define: { 'import.meta.url': 'bundleUrl' },
        commandHooks: commandHooks([...copies(packageFiles, filesBeside), ...(withConsole ? [BUILD_CONSOLE] : [])]),
      },
    });
    Validations.of(this.function).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason: 'Only the dispatcher is invoked asynchronously, and its next run does what a failed run did not do.',
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray takes traces for the whole account: its actions have no resource.',
    });
  }
}

/** Makes a shell command that is run in the folder of the bundle. */
type CommandFor = (outputFolder: string) => string;

const BUILD_CONSOLE: CommandFor = (outputFolder) =>
  [process.execPath, join(PROJECT, 'console/bundle/main.ts'), outputFolder].map(quoted).join(' ');

function commandHooks(commands: readonly CommandFor[]): ICommandHooks {
  return {
    beforeBundling: () => [],
    beforeInstall: () => [],
    afterBundling: (_, outputFolder) => commands.map((command) => command(outputFolder)),
  };
}

/** Copies files of packages into a `node_modules` next to the bundle, and those of the project next to the bundle. */
function copies(packageFiles: readonly string[], filesBeside: readonly string[]): readonly CommandFor[] {
  const { resolve } = createRequire(import.meta.url);
  const files = [
    ...packageFiles.map((path) => [resolve(path), join('node_modules', path)] as const),
    ...filesBeside.map((path) => [join(PROJECT, path), basename(path)] as const),
  ];
  return files.map(([source, path]) => (outputFolder) => {
    const target = join(outputFolder, path);
    return `mkdir -p ${quoted(dirname(target))} && cp ${quoted(source)} ${quoted(target)}`;
  });
}

function quoted(argument: string): string {
  return JSON.stringify(argument);
}
