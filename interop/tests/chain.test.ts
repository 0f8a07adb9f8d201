// Bots that address each other come to the end of a budget, and go on when a person says so.
import { expect, test } from 'vitest';
import { antiphon, modelBot } from '../src/antiphon.ts';
import { Chat, messages } from '../src/chat.ts';
import { Aimock } from '../src/peers/aimock.ts';

const HOPS = 3;

test('F5 F9: two bots that mention each other stop at the budget, and go on when somebody lets them', async () => {
  await using aimock = await Aimock.start([
    { match: { userMessage: '@ping' }, response: { content: '@pong your turn' } },
    { match: { userMessage: '@pong' }, response: { content: '@ping your turn' } },
  ]);
  const bots = ['ping', 'pong'].map((id) => modelBot(aimock, { id, answers_bots: true }));
  await using server = await antiphon(bots, { settings: { limits: { chain_hops: HOPS } } });
  using mara = await Chat.in(server);
  const spoken = async (): Promise<number> =>
    messages(await mara.log()).filter(({ sender }) => ['ping', 'pong'].includes(sender)).length;

  await mara.say('@ping begin');
  const paused = await mara.frame('a paused run', (frame) => frame['paused'] === true);
  expect(paused).toMatchObject({ type: 'run_changed', state: 'queued' });
  await mara.frame('why', (frame) => frame.type === 'queue' && frame['reason'] === 'paused');
  const before = await spoken();
  expect(before).toBe(HOPS + 1);
  // Others in the room are served meanwhile, and the two stay silent.
  await mara.answer('@demo search nothing');
  expect(await spoken()).toBe(before);

  await mara.ask('continue_run', { run: paused['run'] });
  const again = await mara.frame(
    'the next pause',
    (frame) => frame['paused'] === true && frame['run'] !== paused['run'],
  );
  expect(again).toMatchObject({ state: 'queued' });
  expect(await spoken()).toBe(2 * (HOPS + 1));
});
