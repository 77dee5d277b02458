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
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, LogGroup, MetricFilter, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionName, Route } from '../api/route.ts';
import { routes } from '../api/routes.ts';
import { defaultSettings } from '../core/settings.ts';
import { API_NAMESPACE, DIMENSION, TOO_MANY_REQUESTS } from '../lambdas/runtime/metric-names.ts';

export type Domain = {
  /** `queue.example.com` */
  readonly name: string;
  /** For that name, in the region of the stack. */
  readonly certificate: ICertificate;
};

export type Throttling = {
  /** Requests per second. */
  readonly rateLimit: number;
  /** How many may come at once. */
  readonly burstLimit: number;
};

type Options = {
  /** The name by which the logs and metrics of queues are told apart. */
  readonly queueName: string;
  readonly throttling: Throttling;
  readonly corsOrigins: readonly string[];
  readonly domain?: Domain;
  /** Whether the API is reached under the domain alone. */
  readonly disableExecuteApiEndpoint: boolean;
  readonly logRetention: RetentionDays;
};

/** API Gateway's own bound. */
const LONGEST_API_NAME = 128;

/** An HTTP API with the routes of the route table; whatever is none of them gets the queue's own 404. */
export class QueueHttpApi extends Construct {
  readonly api: HttpApi;
  /** Where a domain of one's own must point. */
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
    // API Gateway's own metrics only count all 4xx together.
    new MetricFilter(this, 'TooManyRequests', {
      logGroup: this.accessLog,
      filterPattern: FilterPattern.stringValue('$.status', '=', '429'),
      metricNamespace: API_NAMESPACE,
      metricName: TOO_MANY_REQUESTS,
      dimensions: { [DIMENSION]: `$.${DIMENSION}` },
    });
  }

  /** The host name that AWS gives it, whether it is reached there or not. */
  get host(): string {
    const { attrApiEndpoint } = this.api.node.defaultChild as CfnApi;
    return Fn.select(1, Fn.split('//', attrApiEndpoint));
  }

  /** Leads every route to its function. */
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

/** HEAD is answered wherever GET is: RFC 9110, section 9.1. */
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
 * API Gateway may write to every log group whose name begins with `/aws/vendedlogs/`. Any other is added to one policy of CloudWatch, which has
 * room for 5,120 characters and is shared by all APIs of the account. A name that somebody gives must differ from all others: that of the
 * log of a stack that was deleted is still taken, so the name holds the id that AWS gives each stack once.
 */
function accessLogName(scope: Construct): string {
  const queue = Names.uniqueResourceName(scope, { maxLength: 128, separator: '-' });
  return `/aws/vendedlogs/event-queue/${queue}/${Fn.select(2, Fn.split('/', Aws.STACK_ID))}`;
}

/** The access log has one line for each request. It holds neither the query, in which there may be a key, nor who asked. */
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
    allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.HEAD, CorsHttpMethod.POST, CorsHttpMethod.DELETE],
    allowHeaders: ['authorization', 'content-type', 'idempotency-key', 'x-api-key'],
    // A page sees no other headers of an answer than the few that are always shown, and these.
    exposeHeaders: ['retry-after'],
    maxAge: Duration.days(1),
  };
}
