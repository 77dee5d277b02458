import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { announcedAddress } from '../../local/data-folder.ts';

const PAGE = 200;
const PAUSE = 10;

/** How many rows the table of a running local queue has; read in small pieces, so that the queue is hardly held up. */
export async function tableRows(dataFolder: string): Promise<number> {
  const { endpoint, accessKeyId } = await announcedAddress(dataFolder);
  const client = new DynamoDBClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId, secretAccessKey: 'local' },
  });
  try {
    let rows = 0;
    for (let ExclusiveStartKey: Position, isLast = false; !isLast; await sleep(PAUSE)) {
      const page = await client.send(
        new ScanCommand({ TableName: 'events', Select: 'COUNT', Limit: PAGE, ExclusiveStartKey }),
      );
      rows += page.Count ?? 0;
      ExclusiveStartKey = page.LastEvaluatedKey;
      isLast = ExclusiveStartKey === undefined;
    }
    return rows;
  } finally {
    client.destroy();
  }
}

type Position = ConstructorParameters<typeof ScanCommand>[0]['ExclusiveStartKey'];
