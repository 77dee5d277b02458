import { closedPortUrl, openTcpReceiver } from '../../verify/shared/tcp-receiver.ts';
import { planted } from './planted-secrets.ts';

/** Opens receivers that answer with secrets, badly, or not at all. */
export async function badReceivers() {
  const status = (code: number) => `HTTP/1.1 ${code} ${planted.garbage}\r\nset-cookie: ${planted.answerHeader}\r\n`;
  const whole = (code: number) =>
    `${status(code)}content-length: ${planted.answerBody.length}\r\n\r\n${planted.answerBody}`;
  const spoken = [
    whole(200),
    whole(500),
    `${status(302)}location: https://example.com/${planted.redirect}\r\ncontent-length: 0\r\n\r\n`,
    `${status(200)}content-length: 1000\r\n\r\n${planted.answerBody}`,
    `${status(200)}transfer-encoding: chunked\r\n\r\n${planted.answerBody}\r\n`,
    `${planted.garbage}\r\n\r\n`,
    `HTTP/1.1 200 OK\r\n${planted.answerHeader} ${planted.garbage}\r\n\r\n`,
  ];
  const open = await Promise.all(
    spoken.map((text) => openTcpReceiver((socket) => socket.once('data', () => socket.end(text)))),
  );
  const silent = await openTcpReceiver(() => {});
  const urls = [...open, silent].map(({ url }) => url);
  return {
    urls: [...urls, await closedPortUrl()],
    close() {
      for (const one of [...open, silent]) one.close();
    },
  };
}
