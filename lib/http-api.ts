import type { CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { type CorsPreflightOptions, HttpApi, HttpMethod, type IHttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type FunctionName, type Route, routes } from '../api/routes.ts';
import { defaultSettings } from '../core/settings.ts';

type Options = {
  readonly functions: Readonly<Record<FunctionName, IFunction>>;
  readonly throttling: { readonly rateLimit: number; readonly burstLimit: number };
  readonly cors: CorsPreflightOptions | undefined;
};

/** An HTTP API with the routes of the route table; whatever is none of them gets the queue's own 404. */
export function queueHttpApi(scope: Construct, id: string, { functions, throttling, cors }: Options): HttpApi {
  const integrations = Object.fromEntries(
    Object.entries(functions).map(([name, one]) => [name, new HttpLambdaIntegration(`${id}-${name}`, one)]),
  ) as Record<FunctionName, HttpLambdaIntegration>;
  const api = new HttpApi(scope, id, {
    defaultIntegration: integrations.site,
    ...(cors !== undefined && { corsPreflight: cors }),
  });
  for (const { method, path, aliases, function: name } of Object.values<Route>(routes(defaultSettings, () => 0))) {
    for (const one of [path, ...aliases.map((alias) => alias.path)]) {
      api.addRoutes({ path: one, methods: [HttpMethod[method]], integration: integrations[name] });
    }
  }
  throttle(api.defaultStage, throttling);
  return api;
}

function throttle(stage: IHttpStage | undefined, { rateLimit, burstLimit }: Options['throttling']): void {
  const { defaultChild } = (stage as IHttpStage).node;
  (defaultChild as CfnStage).defaultRouteSettings = {
    throttlingRateLimit: rateLimit,
    throttlingBurstLimit: burstLimit,
  };
}
