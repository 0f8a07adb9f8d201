// What waits for a bot: visible, bounded, and delivered in order once the bot can (F5, D3, D4, D5).
import { expect, test } from 'vitest';
import { account } from '../src/account.ts';
import { antiphon, modelBot } from '../src/antiphon.ts';
import { Chat, messages, words } from '../src/chat.ts';
import { Aimock } from '../src/peers/aimock.ts';

const FIXTURES = ['one', 'two', 'three', 'four'].map((word) => ({
  match: { userMessage: `say ${word}` },
  response: { content: `Here is ${word}.` },
}));
const ADMINISTRATORS = { settings: { administrators: ['mara'] } };

test('D4 D5 F5: what is said to a stopped bot waits, the room sees why, and starting it delivers', async () => {
  await using aimock = await Aimock.start(FIXTURES);
  await using server = await antiphon([modelBot(aimock)], ADMINISTRATORS);
  using mara = await Chat.in(server, 'general', account('mara'));
  using tom = await Chat.in(server, 'general', account('tom'));
  await mara.ask('stop_bot', { bot: 'helper' });
  await tom.frame('stopped', (frame) => frame.type === 'bot_status' && frame['status'] === 'stopped');
  const first = await tom.say('@helper say one');
  const second = await tom.say('@helper say two');
  const { run } = await tom.runIs(second, 'queued');
  const queue = await mara.frame('what waits', (frame) => frame.type === 'queue' && frame['count'] === 2);
  expect(queue).toMatchObject({ bot: 'helper', reason: 'bot_stopped' });
  expect(queue['waiting']).toEqual([(await tom.runIs(first, 'queued')).run, run]);
  // Whoever comes now sees it, too.
  using ada = await Chat.in(server, 'general', account('ada'));
  const joined = await ada.frame('joined', (frame) => frame.type === 'joined');
  expect(joined['signals']).toMatchObject({ queues: [{ bot: 'helper', count: 2, reason: 'bot_stopped' }] });

  expect(await tom.refused('start_bot', { bot: 'helper' })).toMatchObject({ code: 'forbidden' });
  await mara.ask('start_bot', { bot: 'helper' });
  expect(words((await tom.outcome(first)).message)).toBe('Here is one.');
  expect(words((await tom.outcome(second)).message)).toBe('Here is two.');
  const answers = messages(await tom.log()).filter(({ sender }) => sender === 'helper');
  expect(answers.map(words)).toEqual(['Here is one.', 'Here is two.']);
});

test('D5 F5: what waits for a stopped bot outlives the server', async () => {
  await using aimock = await Aimock.start(FIXTURES);
  await using server = await antiphon([modelBot(aimock)], ADMINISTRATORS);
  using mara = await Chat.in(server, 'general', account('mara'));
  await mara.ask('stop_bot', { bot: 'helper' });
  const asked = await mara.say('@helper say three');
  await server.kill();
  await server.restart();
  using again = await Chat.in(server, 'general', account('mara'));
  const joined = await again.frame('joined', (frame) => frame.type === 'joined');
  expect(joined['signals']).toMatchObject({ queues: [{ bot: 'helper', count: 1, reason: 'bot_stopped' }] });
  await again.ask('start_bot', { bot: 'helper' });
  expect(words((await again.outcome(asked)).message)).toBe('Here is three.');
});

test('F5: a queue at its bound refuses one more, and nothing of it is written', async () => {
  await using aimock = await Aimock.start(FIXTURES);
  await using server = await antiphon([modelBot(aimock, { queue: 2 })], ADMINISTRATORS);
  using mara = await Chat.in(server, 'general', account('mara'));
  await mara.ask('stop_bot', { bot: 'helper' });
  await mara.say('@helper say one');
  const second = await mara.say('@helper say two');
  const before = (await mara.log()).length;
  const refused = await mara.refused('send_message', { id: 'third', text: '@helper say three' });
  expect(refused).toMatchObject({ code: 'queue_full', limit: 2, retryable: true });
  expect(await mara.log()).toHaveLength(before);
  // Others are not affected, and once there is room the same message is taken.
  await mara.say('nobody is meant');
  await mara.ask('start_bot', { bot: 'helper' });
  await mara.outcome(second);
  await mara.ask('send_message', { id: 'third', text: '@helper say three' });
  expect(words((await mara.outcome('third')).message)).toBe('Here is three.');
});
