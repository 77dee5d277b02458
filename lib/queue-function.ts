import { fileURLToPath } from 'node:url';
import { Duration } from 'aws-cdk-lib';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat, SourceMapMode } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Environment } from '../lambdas/runtime/environment.ts';

type Options = {
  /** Of the file in lambdas. */
  readonly name: 'publish' | 'read' | 'manage' | 'site' | 'dispatch' | 'deliver';
  readonly environment: Environment;
  readonly timeout: number;
  readonly memory: number;
  readonly logRetention: RetentionDays;
};

/** One of the deployed functions, bundled with all that it needs. */
export function queueFunction(
  scope: Construct,
  id: string,
  { name, environment, timeout, memory, logRetention }: Options,
): NodejsFunction {
  return new NodejsFunction(scope, id, {
    entry: fileURLToPath(new URL(`../lambdas/${name}.ts`, import.meta.url)),
    handler: 'handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    timeout: Duration.seconds(timeout),
    memorySize: memory,
    environment: { ...environment, NODE_OPTIONS: '--enable-source-maps' },
    logGroup: new LogGroup(scope, `${id}Log`, { retention: logRetention }),
    bundling: {
      format: OutputFormat.ESM,
      target: 'node24',
      minify: true,
      sourceMap: true,
      sourceMapMode: SourceMapMode.EXTERNAL,
      sourcesContent: false,
      mainFields: ['module', 'main'],
      externalModules: [],
      banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
    },
  });
}
