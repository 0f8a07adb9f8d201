// REST as it is described: Schemathesis makes requests of /v1/openapi.json, good ones and bad ones, and compares what comes back (E4).
import { rest, type Guest } from '@antiphon/e2e/wire';
import { expect, test } from 'vitest';
import { account } from '../src/account.ts';
import { antiphon, socketBot } from '../src/antiphon.ts';
import type { Run } from '../src/chat.ts';
import { examine, PATIENCE_MS } from '../src/peers/schemathesis.ts';

/** What is found stays found: each run asks the same, unless a seed is given. */
const SEED = Number(process.env['SEED'] ?? 20_261_129);

test(
  'E4: the server does what its description says, and nothing else',
  { timeout: PATIENCE_MS + 60_000 },
  async () => {
    // Nobody asks as much in earnest: the limits of rates have tests of their own.
    await using server = await antiphon([socketBot('helper', { owner: 'ada' })], {
      settings: {
        limits: { requests_per_second: 100_000, connections_per_user: 10_000, bots_per_user: 1_000 },
        connections: { guests_per_minute: 100_000 },
      },
    });
    const [ada, ben] = [account('ada'), account('ben')];
    for (const who of [ada, ben]) await rest(server.url, who, '/rooms/general/join', {});
    await rest(server.url, ada, '/rooms/general/messages', { id: 'said', text: 'something to look at' });
    const run = await answered(server.url, ada);
    console.log(`seed ${SEED}`);
    const { good, report } = await examine(server.url, ada.token, run, SEED);
    expect(good, report).toBe(true);
    console.log(/^\s*\d+ generated.*$/m.exec(report)?.[0].trim());
  },
);

/** Lets the agent of the server give a short answer in a room where everyone is; returns its run. */
async function answered(url: string, who: Guest): Promise<string> {
  const response = await fetch(`${url}/v1/bots/demo/chat`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${who.token}`,
      accept: 'application/json',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ id: 'asked', room: 'general', text: 'search for something' }),
  });
  const { run } = (await response.json()) as { run: Run };
  return run.run;
}
