import type { Message, Received } from '../../core/event/message.ts';

/** A due queue that holds its messages until a test hands them over. */
export function recordedMessages() {
  const sent: Message[] = [];
  /** The instant at which each message was to be handed over. */
  const handOverAts: number[] = [];
  return {
    sent,
    handOverAts,
    async send(message: Message, handOverAt = message.at) {
      sent.push(message);
      handOverAts.push(handOverAt);
    },
    backlog: async () => sent.length,
    take: () => sent.splice(0).map((message) => received(message)),
  };
}

/** A message as it is handed over, by default for the first time. */
export function received(message: Message, receiveCount = 1): Received {
  return { ...message, receiveCount };
}
