import type { ClientRequest, IncomingMessage } from 'node:http';

/** How the headers of an answer end, and its chunks: with an empty line behind another one. */
const EMPTY_LINE_AT_END = /[^\n]\r\n\r\n$/;

/**
 * Closes the connection of a request when anything came behind its answer, so that no other request ever uses it. Node closes it only
 * for bytes that come later, or that cannot begin another answer: of others, such as half a head or an empty line, its parser forgets
 * what it has read.
 */
export function closeOnSurplus(request: ClientRequest): void {
  request.once('socket', (socket) => {
    let response: IncomingMessage | undefined;
    let lastOfBody = Buffer.alloc(0);
    let last: Buffer | undefined;

    // Behind Node's own listener, so that a piece has been parsed when it is looked at.
    socket.on('data', function look(piece: Buffer) {
      if (!response?.complete) return;
      last = piece;
      socket.off('data', look);
    });
    request.once('response', (begun) => {
      response = begun;
      if (hasStatedLength(begun)) begun.on('data', (piece) => (lastOfBody = piece));
      // In this very moment the connection is not in the agent's hands yet.
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
 * Whether the last piece that was read ends where the answer does: with the last bytes of its body or, if it has none or is in chunks,
 * with an empty line. False also where that cannot be told, which costs no more than the connection.
 */
function endsWithAnswer(piece: Buffer, lastOfBody: Buffer): boolean {
  const lines = piece.subarray(0, piece.length - lastOfBody.length);
  if (!piece.subarray(lines.length).equals(lastOfBody)) return false;
  return lines.length === 0 || EMPTY_LINE_AT_END.test(lines.toString('latin1', Math.max(0, lines.length - 5)));
}
