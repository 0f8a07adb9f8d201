// A bot that was away for too long: its run is not its any more, and nothing that it still writes is accepted (F3).
import { expect, test } from 'vitest';
import { antiphon, socketBot, tokenOf } from '../src/antiphon.ts';
import { Chat, messages, words } from '../src/chat.ts';
import { RawBot, type Offer } from '../src/raw-bot.ts';

/** What a bot does in a row takes less than this on a busy machine, too. */
const LEASE_MS = 5_000;
const TOKEN = tokenOf('clerk');

/** Whatever a bot can write for a run is refused, the end included. */
async function isFenced(bot: RawBot, offer: Offer): Promise<void> {
  const late: [string, object][] = [
    ['append', { part: 0, at: 9, text: ' and late words' }],
    ['put_part', { part: 1, value: { type: 'text', text: 'a late part' } }],
    ['run_status', { activity: 'executing' }],
    ['open_message', {}],
    ['finish_run', { ending: 'completed' }],
  ];
  for (const [type, fields] of late) {
    expect(await bot.tell(offer, type, fields), type).toMatchObject({ type: 'error', code: 'fenced' });
  }
}

test('F3: a silent bot loses its run, which ends once, and its late words are in no message', async () => {
  await using server = await antiphon([socketBot('clerk', { lease_ms: LEASE_MS })]);
  using mara = await Chat.in(server);
  using bot = await RawBot.connect(server.url, TOKEN);
  const asked = await mara.say('@clerk go');
  const offer = await bot.offer();
  await bot.begin(offer, 'in time: ');
  const { run, message } = await mara.outcome(asked);
  expect(run).toMatchObject({ state: 'interrupted', attempt: 1 });
  expect(words(message)).toBe('in time: ');
  await isFenced(bot, offer);
  const log = await mara.log();
  expect(messages(log).map(words).join()).not.toContain('late');
  expect(log.filter(({ type, state }) => type === 'run_changed' && state === 'interrupted')).toHaveLength(1);
});

test('F3: the next attempt voids what the lost one wrote, and is alone in the answer', async () => {
  await using server = await antiphon([socketBot('clerk', { lease_ms: LEASE_MS, attempts: 2 })]);
  using mara = await Chat.in(server);
  using bot = await RawBot.connect(server.url, TOKEN);
  const asked = await mara.say('@clerk go');
  const first = await bot.offer();
  await bot.begin(first, 'the first ');
  const second = await bot.offer();
  expect(second.run).toMatchObject({ run: first.run.run, attempt: 2 });
  await isFenced(bot, first);
  await bot.begin(second, 'the second');
  await isFenced(bot, first);
  await bot.tell(second, 'finish_run', { ending: 'completed' });
  await isFenced(bot, first);
  const { states, message } = await mara.outcome(asked);
  expect(words(message)).toBe('the second');
  expect(states.filter((state) => state === 'completed')).toHaveLength(1);
  expect(messages(await mara.log()).filter(({ run }) => run === first.run.run)).toHaveLength(1);
});

test('F3 F4: a bot that comes back in time goes on where it was, and a cut cancels nothing', async () => {
  await using server = await antiphon([socketBot('clerk')]);
  using mara = await Chat.in(server);
  const before = await RawBot.connect(server.url, TOKEN);
  const asked = await mara.say('@clerk go');
  const offer = await before.offer();
  await before.begin(offer, 'before ');
  before.wire.close();
  const { run, attempt } = offer.run;
  using after = await RawBot.connect(server.url, TOKEN, { holding: [{ run, attempt }] });
  // It says again what it is not sure of; what the server has is skipped.
  const said = await after.tell(offer, 'append', { part: 0, at: 3, text: 'ore and after' });
  expect(said).toMatchObject({ type: 'ok' });
  await after.tell(offer, 'finish_run', { ending: 'completed' });
  const outcome = await mara.outcome(asked);
  expect(outcome.run).toMatchObject({ state: 'completed', attempt: 1 });
  expect(words(outcome.message)).toBe('before and after');
});
