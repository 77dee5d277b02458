import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';

/** The answer of a name server to one question: addresses, perhaps none, or an error. Undefined is no answer at all. */
export type Said = readonly string[] | 'SERVFAIL' | 'NXDOMAIN' | 'REFUSED' | undefined;

export type NameServer = {
  /** The address and the port of the name server, in the form that a resolver takes. */
  readonly address: string;
  /** The questions so far, as `A name` and `AAAA name`. A question that was repeated is in it several times. */
  readonly asked: readonly string[];
  close(): void;
};

const CODES = { SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;
const TYPES: Readonly<Record<number, 'A' | 'AAAA'>> = { 1: 'A', 28: 'AAAA' };
const HEADER = 12;

/** Opens a name server on the loopback interface. It implements the part of RFC 1035 that tests need. */
export async function openNameServer(say: (name: string, type: 'A' | 'AAAA') => Said): Promise<NameServer> {
  const asked: string[] = [];
  const socket = createSocket('udp4', (packet, { port, address }: RemoteInfo) => {
    const { name, type, end } = questionIn(packet);
    asked.push(`${type} ${name}`);
    const said = say(name, type);
    if (said !== undefined) socket.send(reply(packet.subarray(0, end), type, said), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { address: `127.0.0.1:${socket.address().port}`, asked, close: () => socket.close() };
}

function questionIn(packet: Buffer) {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = packet[at] ?? 0; length > 0; length = packet[at] ?? 0) {
    labels.push(packet.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = TYPES[packet.readUInt16BE(at + 1)] ?? 'A';
  return { name: labels.join('.').toLowerCase(), type, end: at + 5 };
}

function reply(question: Buffer, type: 'A' | 'AAAA', said: Exclude<Said, undefined>): Buffer {
  const [code, addresses] = typeof said === 'string' ? [CODES[said], []] : [0, said];
  const header = Buffer.alloc(HEADER);
  question.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  return Buffer.concat([header, question.subarray(HEADER), ...addresses.map((address) => recordOf(address, type))]);
}

/** Returns a record of the name in the question. Its time to live is 0, so that no resolver remembers it. */
function recordOf(address: string, type: 'A' | 'AAAA'): Buffer {
  const data = isIPv4(address) ? Buffer.from(address.split('.').map(Number)) : ipv6Bytes(address);
  const head = Buffer.alloc(HEADER);
  head.writeUInt16BE(0xc000 | HEADER, 0);
  head.writeUInt16BE(type === 'A' ? 1 : 28, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function ipv6Bytes(address: string): Buffer {
  const [left = '', right = ''] = address.split('::');
  const [before, after] = [left, right].map((text) => text.split(':').filter((group) => group !== ''));
  const zeros = Array(8 - (before?.length ?? 0) - (after?.length ?? 0)).fill('0');
  const groups = [...(before ?? []), ...zeros, ...(after ?? [])];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
