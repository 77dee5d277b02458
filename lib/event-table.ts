import { Annotations, type RemovalPolicy } from 'aws-cdk-lib';
import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { AttributeType, Billing, type ITableV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

type Action = 'BatchGetItem' | 'BatchWriteItem' | 'PutItem' | 'UpdateItem' | 'Query';

type TableMetric =
  | 'ConsumedReadCapacityUnits'
  | 'ConsumedWriteCapacityUnits'
  | 'ReadThrottleEvents'
  | 'WriteThrottleEvents';

type Options = {
  readonly removalPolicy: RemovalPolicy;
  /** Whether DynamoDB refuses to delete the table. */
  readonly deletionProtection: boolean;
  /** The name of an existing table, which is used instead of a new one. */
  readonly restoredTable?: string;
};

/**
 * The one table of a queue. It is billed on demand, its items expire, and it can be restored to any second of the last
 * 35 days.
 */
export class EventTable extends Construct {
  readonly tableName: string;
  private readonly table: Pick<ITableV2, 'tableName' | 'tableArn' | 'grant'>;

  constructor(scope: Construct, id: string, options: Options) {
    super(scope, id);
    const { restoredTable: restored, deletionProtection } = options;
    this.table = restored === undefined ? ownTable(this, options) : TableV2.fromTableName(this, 'Restored', restored);
    if (restored !== undefined && deletionProtection) {
      Annotations.of(this).addWarningV2(
        'event-queue:restored-table-is-not-protected',
        `deletionProtection has no effect on ${restored}, which is not part of the stack. Turn it on by hand: aws dynamodb update-table --table-name ${restored} --deletion-protection-enabled.`,
      );
    }
    this.tableName = this.table.tableName;
  }

  /** Allows these operations on this table. */
  grant(grantee: IGrantable, ...actions: readonly Action[]): void {
    this.table.grant(grantee, ...actions.map((action) => `dynamodb:${action}`));
  }

  /** Allows `BatchGetItem` of the items of one partition. */
  grantReadOf(grantee: IGrantable, partition: string): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['dynamodb:BatchGetItem'],
        resources: [this.table.tableArn],
        conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [partition] } },
      }),
    );
  }

  /** Allows `DeleteItem` of the items of partitions whose names match a pattern. */
  grantRemovalOf(grantee: IGrantable, ...partitions: readonly string[]): void {
    this.grantOn(grantee, 'dynamodb:DeleteItem', partitions);
  }

  /** Allows `Query` of partitions whose names match a pattern. */
  grantQueryOf(grantee: IGrantable, ...partitions: readonly string[]): void {
    this.grantOn(grantee, 'dynamodb:Query', partitions);
  }

  private grantOn(grantee: IGrantable, action: string, partitions: readonly string[]): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: [action],
        resources: [this.table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } },
      }),
    );
  }

  metric(metricName: TableMetric, options: MetricOptions): Metric {
    const dimensionsMap = { TableName: this.tableName };
    return new Metric({ namespace: 'AWS/DynamoDB', metricName, dimensionsMap, statistic: Stats.SUM, ...options });
  }
}

function ownTable(scope: Construct, { removalPolicy, deletionProtection }: Options): TableV2 {
  return new TableV2(scope, 'Table', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    billing: Billing.onDemand(),
    timeToLiveAttribute: 'expires_at',
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection,
    removalPolicy,
  });
}
