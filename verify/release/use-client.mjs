// What an application does with the client, the same in Node and in a page.
import { EventQueue, EventQueueError } from 'http-event-queue';

export async function useClient(url) {
  const queue = new EventQueue({ url, key: 'demo' });
  const wanted = { url_to_send_request: `${url}/echo`, body: { to: 42 }, event_tags: ['client'] };
  const [published, refused] = await queue.publishAll([wanted, { url_to_send_request: 'ftp://example.com/' }]);
  const event = await queue.wait(published.event.key);
  const found = [];
  for await (const { key } of queue.list({ tag: 'client' })) found.push(key);
  const error = await queue.cancel(event.key).catch((thrown) => thrown);
  return {
    status: event.status,
    isFound: found.includes(event.key),
    isRefused: refused.error instanceof EventQueueError && refused.error.status === 422,
    isError: error instanceof EventQueueError,
    type: error.type,
  };
}
