import { Duration, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { functionCode } from '#function-code';
import type { Environment } from '../lambdas/runtime/environment.ts';
import type { FunctionName } from '../package/bundle-function.ts';

/**
 * The memory of most functions in megabytes. AWS gives processor time in proportion to it: here, 0.29 of a processor.
 */
export const MEMORY = 512;
/**
 * The memory of dispatch in megabytes. It comes with a whole processor, because one run may have to send everything
 * that is due in a minute.
 */
export const DISPATCH_MEMORY = 1_769;

type Options = {
  readonly name: FunctionName;
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
};

/** One of the deployed functions, with its bundle, its role and its log group. */
export class QueueFunction extends Construct {
  readonly function: LambdaFunction;
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
    } = options;
    this.memory = memory;
    this.logGroup = new LogGroup(this, 'Log', { retention: logRetention });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.logGroup.grantWrite(role);
    this.function = new LambdaFunction(this, 'Function', {
      code: functionCode(name),
      handler: 'index.handler',
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
