// Someone who asks until it is acknowledged, however often the server dies meanwhile: the same id is the same question.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { rest, type Guest } from '@antiphon/e2e/wire';

/** A server that was killed is back within a second. */
const AGAIN_MS = 50;
/** Longer than any restart takes. */
const PATIENCE_MS = 60_000;

/** Says it in the room, and answers with the id of the message once it is committed. */
export async function askUntilHeard(url: string, who: Guest, room: string, text: string): Promise<string> {
  const id = randomUUID();
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await rest(url, who, `/rooms/${room}/messages`, { id, text });
      return id;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(AGAIN_MS);
    }
  }
}
