import type { RemovalPolicy } from 'aws-cdk-lib';
import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { AttributeType, Billing, type ITableV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

type Action = 'BatchGetItem' | 'BatchWriteItem' | 'PutItem' | 'UpdateItem' | 'Query';

type TableMetric =
  | 'ConsumedReadCapacityUnits'
  | 'ConsumedWriteCapacityUnits'
  | 'ReadThrottleEvents'
  | 'WriteThrottleEvents';

/** The one table: on demand, with expiry, restorable to any second of the last 35 days. */
export class EventTable extends Construct {
  readonly tableName: string;
  private readonly table: Pick<ITableV2, 'tableName' | 'grant'>;

  /** @param restored the name of a table that exists already, instead of one of its own */
  constructor(scope: Construct, id: string, removalPolicy: RemovalPolicy, restored: string | undefined) {
    super(scope, id);
    this.table =
      restored === undefined ? ownTable(this, removalPolicy) : TableV2.fromTableName(this, 'Restored', restored);
    this.tableName = this.table.tableName;
  }

  /** These operations on this table, and no others. */
  grant(grantee: IGrantable, ...actions: readonly Action[]): void {
    this.table.grant(grantee, ...actions.map((action) => `dynamodb:${action}`));
  }

  metric(metricName: TableMetric, options: MetricOptions): Metric {
    const dimensionsMap = { TableName: this.tableName };
    return new Metric({ namespace: 'AWS/DynamoDB', metricName, dimensionsMap, statistic: Stats.SUM, ...options });
  }
}

function ownTable(scope: Construct, removalPolicy: RemovalPolicy): TableV2 {
  return new TableV2(scope, 'Table', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    billing: Billing.onDemand(),
    timeToLiveAttribute: 'expires_at',
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy,
  });
}
