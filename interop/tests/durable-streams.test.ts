// F2: the stock client of Durable Streams reads the answer of a bot while it grows, through a network that breaks, to its end.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { stream } from '@durable-streams/client';
import { FaultProxy } from '@antiphon/e2e/proxy';
import { seed } from '@antiphon/e2e/random';
import { guest, type Guest } from '@antiphon/e2e/wire';
import { expect, test } from 'vitest';
import type { Run } from '../src/chat.ts';
import { ECHO, SdkBot, serverOfABot } from '../src/sdk-bot.ts';

const SEED = seed();
/** Whatever is told apart begins with what a stream of events could swallow: a line end, a space. */
const WORDS = Array.from({ length: 60 }, (_, n) => `${n % 2 === 0 ? '\n\n' : ' '}${n} Grüße`);

/** Several times while the bot speaks. */
const CUT_EVERY_MS = 400;

/** Asks the bot; returns the path of its answer. */
async function asked(url: string, who: Guest): Promise<string> {
  const answer = await fetch(`${url}/v1/bots/${ECHO}/chat`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${who.token}`,
      accept: 'application/json',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ id: randomUUID(), text: 'count', wait_ms: 0 }),
  });
  const { room, run } = (await answer.json()) as { room: string; run: Run };
  return `/v1/rooms/${room}/runs/${run.run}/stream`;
}

test.each(['sse', 'long-poll'] as const)(
  'F2: by %s an answer is read to its end, whatever is cut',
  async (live) => {
    console.log(`SEED=${SEED}`);
    await using server = await serverOfABot();
    await using bot = new SdkBot(server.url, async (run) => {
      for (const word of WORDS) {
        await run.reply.text(word);
        await sleep(30);
      }
    });
    await using proxy = await FaultProxy.start(server.port, SEED);
    const ada = await guest(server.url, 'Ada');
    const headers = { authorization: `Bearer ${ada.token}` };
    const url = `${proxy.origin}${await asked(server.url, ada)}`;
    let [read, offset] = ['', '-1'];
    const cutting = setInterval(() => {
      proxy.cut();
    }, CUT_EVERY_MS);
    for (;;) {
      // A stock client that is cut inside of an answer gives up; whoever uses it begins again where it was.
      const answer = await stream({ url, headers, live, offset });
      answer.subscribeText((chunk) => {
        [read, offset] = [read + chunk.text, chunk.offset];
      });
      const isWhole = await answer.closed.then(
        () => true,
        () => false,
      );
      // That the stream is closed stands in the head of an answer, whose text may be cut all the same.
      if (isWhole && answer.streamClosed) break;
    }
    clearInterval(cutting);
    expect(read).toBe(WORDS.join(''));
    expect(proxy.accepted).toBeGreaterThan(2);
    expect(bot.errors).toHaveLength(0);
  },
);
