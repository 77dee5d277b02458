import type { ClientRequest, IncomingMessage } from 'node:http';

/** Matches an empty line behind another line, which is the end of the headers and the end of a body in chunks. */
const EMPTY_LINE_AT_END = /[^\n]\r\n\r\n$/;

/**
 * Closes the connection of a request if bytes have come behind its answer. Otherwise the next request on the connection
 * could take them for its own answer. Node itself closes the connection only if the bytes come later or cannot begin
 * another answer. Its parser forgets other bytes, such as half of a head or an empty line.
 */
export function closeOnSurplus(request: ClientRequest): void {
  request.once('socket', (socket) => {
    let response: IncomingMessage | undefined;
    let lastOfBody = Buffer.alloc(0);
    let last: Buffer | undefined;

    // Node's parser listens to the same event and was added first, so it has parsed the piece when this listener
    // examines it.
    socket.on('data', function examine(piece: Buffer) {
      if (!response?.complete) return;
      last = piece;
      socket.off('data', examine);
    });
    request.once('response', (begun) => {
      response = begun;
      if (hasStatedLength(begun)) begun.on('data', (piece) => (lastOfBody = piece));
      // At this moment the agent has not got the connection back yet. A moment later, another request might use it.
      begun.once('end', () => {
        if (last === undefined || !endsWithAnswer(last, lastOfBody)) socket.destroy();
      });
    });
  });
}

function hasStatedLength({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined;
}

/**
 * Whether the last piece that was read ends where the answer ends: with the last bytes of its body, or with an empty
 * line if the answer has no body or is in chunks. The result is also false if that cannot be decided, which costs no
 * more than the connection.
 */
function endsWithAnswer(piece: Buffer, lastOfBody: Buffer): boolean {
  const lines = piece.subarray(0, piece.length - lastOfBody.length);
  if (!piece.subarray(lines.length).equals(lastOfBody)) return false;
  return lines.length === 0 || EMPTY_LINE_AT_END.test(lines.toString('latin1', Math.max(0, lines.length - 5)));
}
