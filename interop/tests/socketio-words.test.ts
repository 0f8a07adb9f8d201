// The vocabularies of Socket.IO clients: conversations, bots, agent sessions, each in its own words over the same rooms
// (B19, C3, D2–D6), and every payload in the shape that the schema publishes (E4).
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { account } from '../src/account.ts';
import { antiphon, socketBot, tokenOf } from '../src/antiphon.ts';
import { Chat, messages, tools, words } from '../src/chat.ts';
import { RawBot } from '../src/raw-bot.ts';
import { Stock, type Heard } from '../src/stock.ts';

/** Everything that the clients of these tests heard. */
const everything: Heard[] = [];

/** Someone with a client whose events are kept for the last test. */
async function person(url: string, id: string): Promise<Stock> {
  const stock = await Stock.connect(url, account(id));
  stock.socket.onAny((event: string, payload: Record<string, unknown>) =>
    everything.push({ event, payload, offset: undefined }),
  );
  return stock;
}

test('C3: conversations are joined, spoken in and left', async () => {
  await using server = await antiphon();
  using ada = await person(server.url, 'ada');
  using ben = await person(server.url, 'ben');
  const conversation_id = randomUUID();
  await ada.done('create_room', { id: conversation_id, name: 'Support' });
  for (const each of [ada, ben]) await each.done('join_conversation', { conversation_id });
  const id = randomUUID();
  await ada.done('send_message', { conversation_id, id, content: 'hello' });
  const heard = await ben.hears('message', ({ text }) => text === 'hello');
  expect(heard).toMatchObject({ conversation_id, room: conversation_id, by: 'ada' });
  ada.socket.emit('typing', { conversation_id, is_typing: true });
  await ben.hears(
    'typing',
    (signal) => signal['conversation_id'] === conversation_id && signal['user'] === 'ada',
  );
  await ada.done('edit_message', { conversation_id, message_id: id, text: 'hello, Ben' });
  await ben.hears('message_edited', ({ text }) => text === 'hello, Ben');
  await ben.done('react', { conversation_id, message_id: id, emoji: '👍' });
  await ada.hears('reaction', ({ emoji }) => emoji === '👍');
  await ben.done('leave_conversation', { conversation_id });
  expect(ben.all('unsubscribed')).toMatchObject([{ conversation_id }]);
  await ada.done('delete_message', { conversation_id, message_id: id });
  await ada.hears('message_deleted', ({ message_id }) => message_id === id);
  // It left before; the answer to something later is here, and so would be what is not.
  await ben.done('list_rooms');
  expect(ben.all('message_deleted')).toEqual([]);
});

test('D2 D3 D4 D5 D10: people in a bot’s room start and stop it, and what is said meanwhile waits', async () => {
  await using server = await antiphon([], { settings: { administrators: ['mara'] } });
  using mara = await person(server.url, 'mara');
  using ben = await person(server.url, 'ben');
  for (const each of [mara, ben]) await each.done('join_bot', { bot_id: 'demo', room_id: 'general' });
  expect(mara.all('room_state')).toMatchObject([
    { bot_id: 'demo', room: 'general', bots: [{ status: 'running' }] },
  ]);
  expect(await ben.ask('stop_bot', { bot_id: 'demo' })).toMatchObject({ ok: false, code: 'forbidden' });

  await mara.done('stop_bot', { bot_id: 'demo' });
  for (const each of [mara, ben])
    await each.hears('bot_status', ({ bot_id, status }) => bot_id === 'demo' && status === 'stopped');
  const ids: string[] = [randomUUID(), randomUUID()];
  for (const id of ids) await ben.done('send_message', { bot_id: 'demo', id, text: 'countdown 1' });
  await mara.hears('queue', ({ count, reason }) => count === 2 && reason === 'bot_stopped');
  ben.socket.emit('typing', { bot_id: 'demo' });
  await mara.hears('typing', ({ bot_id, user }) => bot_id === 'demo' && user === 'ben');
  await mara.done('start_bot', { bot_id: 'demo' });
  for (const id of ids)
    await ben.hears('run_changed', ({ trigger, state }) => trigger === id && state === 'completed');
  const states = ben
    .all('run_changed')
    .map(({ trigger, state }) => `${ids.indexOf(trigger as string)} ${state as string}`);
  expect(states.indexOf('1 processing')).toBeGreaterThan(states.indexOf('0 completed'));
  expect(states).toContain('0 thinking');
});

test('B19 B6 B7 B8: what is said to an agent is answered in pieces, with its tools, on every device', async () => {
  await using server = await antiphon();
  using mara = await person(server.url, 'mara');
  const session_id = randomUUID();
  const sent = await mara.done('chat:message', { session_id, id: randomUUID(), message: 'countdown 3' });
  using phone = await person(server.url, 'mara');
  await phone.done('join_session', { session_id });
  expect(phone.all('room_state')).toMatchObject([{ session_id, room: session_id }]);
  await mara.hears('chat:response', ({ done }) => done === true);
  await phone.hears('chat:response', ({ done }) => done === true);

  using chat = await Chat.in(server, session_id, account('mara'));
  const message = messages(await chat.log()).find(({ run }) => run !== undefined);
  expect(message).toMatchObject({ reply_to: (sent['message'] as { id: string }).id });
  const pieces = mara.all('chat:response').filter(({ done }) => done === false);
  expect(new Set(pieces.map((piece) => piece['run']))).toEqual(new Set([message?.run]));
  const texts: string[] = [];
  for (const { part, delta } of pieces)
    texts[part as number] = (texts[part as number] ?? '') + (delta as string);
  expect(texts.filter(Boolean).join('\n\n')).toBe(words(message));
  const [tool] = tools(message);
  const steps = mara.all('chat:tool_execution');
  expect(steps.map(({ output }) => (output ?? '') as string).join('')).toBe(tool?.output);
  expect(steps.map(({ status }) => status)).toEqual(expect.arrayContaining(['running', 'completed']));
  expect(steps.some(({ progress }) => progress !== undefined)).toBe(true);
  expect(steps.every(({ name, tool_call }) => name === tool?.name && tool_call === tool?.tool_call)).toBe(
    true,
  );
  // A stranger does not come in by the id.
  using eve = await person(server.url, 'eve');
  expect(await eve.ask('chat:message', { session_id, message: 'hi' })).toMatchObject({ ok: false });
  expect(await eve.ask('join_room', session_id)).toMatchObject({ ok: false, code: 'not_found' });
});

test('B19 B14: what goes wrong with an agent is a `chat:error`', async () => {
  await using server = await antiphon([socketBot('clerk')]);
  using bot = await RawBot.connect(server.url, tokenOf('clerk'));
  using mara = await person(server.url, 'mara');
  const session = { session_id: 'support', bot_id: 'clerk' };
  const sent = await mara.done('chat:message', { ...session, message: 'try' });
  const offer = await bot.offer();
  await bot.begin(offer, 'half');
  await bot.tell(offer, 'finish_run', { ending: 'failed', error: 'no such city' });
  const error = await mara.hears('chat:error');
  const trigger = (sent['message'] as { id: string }).id;
  expect(error).toMatchObject({
    run: offer.run.run,
    bot: 'clerk',
    trigger,
    state: 'failed',
    error: 'no such city',
  });
  expect(error).toMatchObject({ session_id: 'support' });
  const done = await mara.hears('chat:response', (piece) => piece['done'] === true);
  expect(done).toMatchObject({ status: 'failed' });
  // And what is refused to those who want no acknowledgement.
  mara.socket.emit('chat:message', { ...session });
  await mara.hears('chat:error', ({ event, code }) => event === 'chat:message' && code === 'bad_request');
});

test('F2: an attempt that begins anew says so', async () => {
  await using server = await antiphon([socketBot('clerk', { attempts: 2, lease_ms: 1_000 })]);
  using mara = await person(server.url, 'mara');
  await mara.done('join_bot', { bot_id: 'clerk' });
  const first = await RawBot.connect(server.url, tokenOf('clerk'));
  await mara.done('send_message', { bot_id: 'clerk', text: 'tell me' });
  await first.begin(await first.offer(), 'one attempt');
  await mara.hears('chat:response', ({ delta }) => delta === 'one attempt');
  first[Symbol.dispose]();
  using second = await RawBot.connect(server.url, tokenOf('clerk'));
  await second.answer(await second.offer(), 'another attempt');
  await mara.hears('chat:response', ({ done }) => done === true);
  let text = '';
  for (const { delta, replace } of mara.all('chat:response'))
    text = (replace === true ? '' : text) + (delta as string);
  expect(text).toBe('another attempt');
});

test('E4: every event is as the schema says', async () => {
  const schema = JSON.parse(
    await readFile(join(import.meta.dirname, '../../protocol/schema.json'), 'utf8'),
  ) as object;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(schema, 'antiphon');
  const isEvent = ajv.compile({ $ref: 'antiphon#/properties/socket_io_event' });
  expect(everything.length).toBeGreaterThan(100);
  for (const { event, payload } of everything) {
    expect(isEvent({ event, payload }), `${event} ${JSON.stringify(payload)}`).toBe(true);
  }
  // What has a shape of its own here is among it, and a wrong shape is none.
  const own = [
    'room_state',
    'message',
    'message_edited',
    'chat:response',
    'chat:tool_execution',
    'chat:error',
  ];
  expect(new Set(everything.map(({ event }) => event))).toEqual(
    new Set([...everything.map(({ event }) => event), ...own, 'unsubscribed']),
  );
  expect(isEvent({ event: 'chat:response', payload: { delta: 'x' } })).toBe(false);
});
