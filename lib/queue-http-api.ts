import { Aws, Duration, Fn, Names, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnApi,
  CorsHttpMethod,
  type CorsPreflightOptions,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, LogGroup, MetricFilter, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionName, Route } from '../api/route.ts';
import { routes } from '../api/routes.ts';
import { defaultSettings } from '../core/settings.ts';
import { API_NAMESPACE, DIMENSION, TOO_MANY_REQUESTS } from '../lambdas/runtime/metric-names.ts';
import type { Domain, Throttling } from './event-queue-props.ts';

type Options = {
  /** The name that tells the logs and metrics of this queue from those of other queues. */
  readonly queueName: string;
  readonly throttling: Throttling;
  readonly corsOrigins: readonly string[];
  readonly domain?: Domain;
  /** Whether the API cannot be reached under the name that AWS gives it, but only under `domain`. */
  readonly disableExecuteApiEndpoint: boolean;
  readonly logRetention: RetentionDays;
};

/** The length of the longest API name that API Gateway accepts. */
const LONGEST_API_NAME = 128;

/**
 * An HTTP API with the routes of the route table. Every other request goes to the function `site`, so that the queue
 * itself answers it with a 404 or a 405.
 */
export class QueueHttpApi extends Construct {
  readonly api: HttpApi;
  /** The name to which the DNS record of `domain` must point; undefined without `domain`. */
  readonly domainTarget: string | undefined;
  readonly accessLog: LogGroup;

  constructor(scope: Construct, id: string, options: Options) {
    super(scope, id);
    const { queueName, throttling, corsOrigins, domain, disableExecuteApiEndpoint, logRetention } = options;
    this.api = new HttpApi(this, 'Api', {
      apiName: queueName.slice(-LONGEST_API_NAME),
      createDefaultStage: false,
      disableExecuteApiEndpoint,
      ...(corsOrigins.length > 0 && { corsPreflight: corsFor(corsOrigins) }),
    });
    Validations.of(this.api).acknowledge(...keyIsChecked);
    const domainName =
      domain && new DomainName(this, 'Domain', { domainName: domain.name, certificate: domain.certificate });
    this.domainTarget = domainName?.regionalDomainName;
    this.accessLog = new LogGroup(this, 'AccessLog', { logGroupName: accessLogName(this), retention: logRetention });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: throttling,
      ...(domainName && { domainMapping: { domainName } }),
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.accessLog),
        format: accessLine(queueName),
      },
    });
    // API Gateway has no metric for 429 alone: its metric counts all 4xx together.
    new MetricFilter(this, 'TooManyRequests', {
      logGroup: this.accessLog,
      filterPattern: FilterPattern.stringValue('$.status', '=', '429'),
      metricNamespace: API_NAMESPACE,
      metricName: TOO_MANY_REQUESTS,
      dimensions: { [DIMENSION]: `$.${DIMENSION}` },
    });
  }

  /** The host name that AWS gives the API, also if the API cannot be reached under it. */
  get host(): string {
    const { attrApiEndpoint } = this.api.node.defaultChild as CfnApi;
    return Fn.select(1, Fn.split('//', attrApiEndpoint));
  }

  /** Connects every route to the function that serves it. */
  serve(functions: Readonly<Record<FunctionName, IFunction>>): void {
    const integrations = Object.fromEntries(
      Object.entries(functions).map(([name, one]) => [name, new HttpLambdaIntegration(name, one)]),
    ) as Record<FunctionName, HttpLambdaIntegration>;
    for (const { method, path, aliases, function: name } of Object.values<Route>(routes(defaultSettings, () => 0))) {
      for (const one of [path, ...aliases.map((alias) => alias.path)]) {
        this.api.addRoutes({ path: one, methods: methodsOf(method), integration: integrations[name] });
      }
    }
    const { DEFAULT: routeKey } = HttpRouteKey;
    const others = new HttpRoute(this, 'Default', { httpApi: this.api, routeKey, integration: integrations.site });
    Validations.of(others).acknowledge(...keyIsChecked);
  }
}

/** The HTTP methods that a route takes. A route that takes GET takes HEAD as well (RFC 9110, section 9.1). */
function methodsOf(method: Route['method']): HttpMethod[] {
  return method === 'GET' ? [HttpMethod.GET, HttpMethod.HEAD] : [HttpMethod[method]];
}

const keyIsChecked = [
  {
    id: 'AwsSolutions-APIG4',
    reason: 'The functions check the key of each request themselves: an authorizer could not tell one 401 from a 403.',
  },
];

/**
 * The name of the access log. API Gateway may write to every log group whose name begins with `/aws/vendedlogs/`. It
 * adds any other log group to a policy of CloudWatch Logs that all APIs of the account share, and that has room for
 * only 5,120 characters. The name contains the id of the stack, which AWS gives only once: the log of a deleted stack
 * stays, and its name cannot be used again.
 */
function accessLogName(scope: Construct): string {
  const queue = Names.uniqueResourceName(scope, { maxLength: 128, separator: '-' });
  return `/aws/vendedlogs/event-queue/${queue}/${Fn.select(2, Fn.split('/', Aws.STACK_ID))}`;
}

/**
 * The format of the access log, with one line for each request. It leaves out the query, which may contain an API key,
 * and the address of the client.
 */
function accessLine(queueName: string): AccessLogFormat {
  return AccessLogFormat.custom(
    JSON.stringify({
      [DIMENSION]: queueName,
      requestId: '$context.requestId',
      time: '$context.requestTime',
      route: '$context.routeKey',
      status: '$context.status',
      latency: '$context.responseLatency',
      error: '$context.integrationErrorMessage',
    }),
  );
}

function corsFor(origins: readonly string[]): CorsPreflightOptions {
  return {
    allowOrigins: [...origins],
    allowMethods: [
      CorsHttpMethod.GET,
      CorsHttpMethod.HEAD,
      CorsHttpMethod.POST,
      CorsHttpMethod.PUT,
      CorsHttpMethod.DELETE,
    ],
    allowHeaders: ['authorization', 'content-type', 'idempotency-key', 'x-api-key'],
    // A web page can read only these headers of an answer, and a few that browsers always show.
    exposeHeaders: ['retry-after'],
    maxAge: Duration.days(1),
  };
}
