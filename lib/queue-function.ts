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

/** Megabytes. By it AWS gives out processor time as well: 0.29 of a processor. */
export const MEMORY = 512;
/** A whole processor: all that comes due in a minute may pass through one run. */
export const DISPATCH_MEMORY = 1_769;

/**
 * The SDK's ways to credentials that a function never takes, because Lambda puts those of its role into the environment. The SDK imports them
 * when it finds none there; in the bundle they would be a fifth of it.
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
  /** Of the file in lambdas. */
  readonly name: 'publish' | 'read' | 'manage' | 'site' | 'dispatch' | 'deliver';
  readonly environment: Environment;
  /** Seconds. */
  readonly timeout: number;
  /** @default MEMORY */
  readonly memory?: number;
  /** How many concurrent executions of the account are set aside for the function, which gets no more. */
  readonly reservedConcurrency?: number | undefined;
  readonly logRetention: RetentionDays;
  readonly tracing: boolean;
  /** Whether it sends messages that invoke it again: Lambda takes more than some 16 such rounds for a mistake, and stops them. */
  readonly invokesItself?: true;
  /** Files of packages that are read, not imported: `swagger-ui-dist/swagger-ui.css`. */
  readonly packageFiles?: readonly string[];
  /** Files of the project that its code reads from beside itself: `api/pages/docs.css`. They are put beside the bundle. */
  readonly filesBeside?: readonly string[];
};

/** One of the deployed functions, bundled with all that it needs, with a role and logs of its own. */
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
    } = options;
    this.memory = memory;
    this.logGroup = new LogGroup(this, 'Log', { retention: logRetention });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.logGroup.grantWrite(role);
    this.function = new NodejsFunction(this, 'Function', {
      entry: join(PROJECT, `lambdas/${name}.ts`),
      // Found from here, and not from where an app stands that has the queue in it.
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
      // Lambda's own lines about each invocation would cost more than ours.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      tracing: tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      recursiveLoop: invokesItself ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE,
      bundling: {
        // An ES module's import of a built-in one touches all its exports, and so loads what Node else loads on first use.
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
        commandHooks: copied(packageFiles, filesBeside),
      },
    });
    Validations.of(this.function).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason: 'Only the dispatcher is invoked asynchronously, and what a run of it does not do is done by the next.',
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray takes traces for the whole account: its actions have no resource.',
    });
  }
}

/** Puts files of packages where the bundle finds them as it would in a project, and files of the project beside the bundle. */
function copied(packageFiles: readonly string[], filesBeside: readonly string[]): ICommandHooks {
  const { resolve } = createRequire(import.meta.url);
  const files = [
    ...packageFiles.map((path) => [resolve(path), join('node_modules', path)] as const),
    ...filesBeside.map((path) => [join(PROJECT, path), basename(path)] as const),
  ];
  return {
    beforeBundling: () => [],
    beforeInstall: () => [],
    afterBundling: (_, outputFolder) =>
      files.flatMap(([source, path]) => {
        const target = join(outputFolder, path);
        return [
          `mkdir -p ${JSON.stringify(dirname(target))}`,
          `cp ${JSON.stringify(source)} ${JSON.stringify(target)}`,
        ];
      }),
  };
}
