import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { dynamoTable } from '../adapters/dynamo-table.ts';
import type { Table } from '../adapters/table.ts';

export type CloudTable = {
  readonly name: string;
  /** The region of the table; undefined stands for the region that the AWS CLI would use. */
  readonly region: string | undefined;
};

/** Opens a deployed table with the credentials that the AWS CLI would use. */
export function cloudTable({ name, region }: CloudTable): Table & { close(): void } {
  const client = new DynamoDBClient(region === undefined ? {} : { region });
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  return { ...dynamoTable(documents, name), close: () => client.destroy() };
}

const SIGN_IN = 'Set AWS_PROFILE, or sign in with aws sso login or aws configure.';

const advice: Readonly<Record<string, string>> = {
  AccessDeniedException: 'Take credentials that may read and write the table.',
  CredentialsProviderError: SIGN_IN,
  ExpiredTokenException: SIGN_IN,
  InvalidSignatureException: `The secret does not belong to the access key, or the clock is wrong. ${SIGN_IN}`,
  ResourceNotFoundException:
    "There is no such table in this account and region. FirstKey, among the stack's outputs, has its name and region.",
  UnrecognizedClientException: SIGN_IN,
};

/**
 * Returns the message of AWS and what to do about it, or undefined for any error that is not a known refusal of AWS.
 */
export function refusalOfAws(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.message.startsWith('Region ')) return 'Say in which region the table is: --region us-east-1.';
  const hint = advice[error.name];
  return hint && `AWS: ${error.message.replace(/\.?$/, '.')} ${hint}`;
}
