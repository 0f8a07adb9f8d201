// Coming back over Socket.IO: a stock client is recovered after whatever has cut it off, with nothing lost and nothing twice
// (F8, F11, B13); and where that is not possible, it is told how things are.
import { randomUUID } from 'node:crypto';
import { FaultProxy } from '@antiphon/e2e/proxy';
import { guest } from '@antiphon/e2e/wire';
import { expect, test } from 'vitest';
import { account } from '../src/account.ts';
import { antiphon, socketBot, tokenOf } from '../src/antiphon.ts';
import { Chat, words } from '../src/chat.ts';
import { RawBot } from '../src/raw-bot.ts';
import { QUICK_HEARTBEAT, Stock } from '../src/stock.ts';

const TRANSPORTS = [['websocket'], ['polling']];

/** What `chat:response` comes to, part by part: what a page would show. */
function assembled(stock: Stock, message: string): string {
  const parts: string[] = [];
  for (const piece of stock.all('chat:response')) {
    if (piece['message_id'] !== message || piece['done'] === true) continue;
    const part = piece['part'] as number;
    if (piece['replace'] === true) parts.length = part;
    parts[part] = (parts[part] ?? '') + (piece['delta'] as string);
  }
  return parts.join('\n\n');
}

test.each(TRANSPORTS)(
  'F8 F11: after a cut nothing is missing and nothing comes twice (%s)',
  async (transport) => {
    await using server = await antiphon([], { settings: QUICK_HEARTBEAT });
    await using proxy = await FaultProxy.start(server.port);
    using chat = await Chat.in(server);
    using stock = await Stock.connect(proxy.origin, account('ada'), { transports: [transport] });
    const id = stock.socket.id;
    expect(stock.socket.recovered).toBeFalsy();
    await stock.done('join_room', 'general');
    await chat.say('one');
    await stock.hears('message', ({ text }) => text === 'one');

    proxy.refuse();
    proxy.reset();
    await stock.until('a cut', () => !stock.socket.connected);
    for (const text of ['two', 'three']) await chat.say(text);
    proxy.heal();
    await stock.until('back again', () => stock.socket.connected);
    expect(stock.socket.recovered).toBe(true);
    expect(stock.socket.id).toBe(id);
    await chat.say('four');
    await stock.hears('message', ({ text }) => text === 'four');
    expect(stock.texts('general')).toEqual(['one', 'two', 'three', 'four']);
    expect(stock.all('room_state')).toHaveLength(1);
  },
);

test('F8: a client that heard nothing for long, or was in no room, is recovered as well', async () => {
  await using server = await antiphon([], { settings: QUICK_HEARTBEAT });
  await using proxy = await FaultProxy.start(server.port);
  using stock = await Stock.connect(proxy.origin, account('ada'));
  const cut = async (): Promise<void> => {
    // Between two polls there is nothing to reset: without the refusal a cut could miss.
    proxy.refuse();
    proxy.reset();
    await stock.until('a cut', () => !stock.socket.connected);
    proxy.heal();
    await stock.until('back again', () => stock.socket.connected);
    expect(stock.socket.recovered).toBe(true);
  };
  await cut();
  await stock.done('join_room', 'general');
  // Nothing is said meanwhile, and it is cut again and again.
  for (let cuts = 0; cuts < 3; cuts += 1) await cut();
  await stock.done('send_message', { room_id: 'general', text: 'still here' });
  await stock.hears('message', ({ text }) => text === 'still here');
  expect(stock.all('room_state')).toHaveLength(1);
});

test('F8 B13: a client is recovered after a restart of the server, in all of its rooms', async () => {
  await using server = await antiphon([], { settings: QUICK_HEARTBEAT });
  await using proxy = await FaultProxy.start(server.port);
  using stock = await Stock.connect(proxy.origin, account('ada'));
  const rooms = [randomUUID(), randomUUID(), 'general'];
  for (const id of rooms.slice(0, 2)) await stock.done('create_room', { id, name: 'Talk' });
  for (const room of rooms) await stock.done('join_room', room);
  await stock.done('leave_room', rooms[1]);
  await stock.done('send_message', { room: rooms[0], text: 'before' });
  await stock.hears('message', ({ text }) => text === 'before');

  proxy.refuse();
  await server.restart();
  await stock.until('a cut', () => !stock.socket.connected);
  {
    using elsewhere = await Stock.connect(server.url, account('ada'));
    for (const room of rooms) await elsewhere.done('send_message', { room, text: `meanwhile in ${room}` });
  }
  proxy.heal();
  await stock.until('back again', () => stock.socket.connected);
  expect(stock.socket.recovered).toBe(true);
  for (const room of [rooms[0]!, 'general']) {
    await stock.hears('message', ({ text }) => text === `meanwhile in ${room}`);
  }
  await stock.done('send_message', { room: rooms[0], text: 'after' });
  await stock.hears('message', ({ text }) => text === 'after');
  expect(stock.texts(rooms[0]!)).toEqual(['before', `meanwhile in ${rooms[0]!}`, 'after']);
  // It had left this one.
  expect(stock.texts(rooms[1]!)).toEqual([]);
});

test('F2 F11 B7: an answer that grows goes on at the very next byte', async () => {
  await using server = await antiphon([socketBot('clerk')], { settings: QUICK_HEARTBEAT });
  await using proxy = await FaultProxy.start(server.port);
  using bot = await RawBot.connect(server.url, tokenOf('clerk'));
  const who = account('mara', 'Mara');
  using chat = await Chat.with(server, 'clerk', who);
  using stock = await Stock.connect(proxy.origin, who);
  await stock.done('join_room', chat.room);
  const question = await chat.say('tell me');
  const offer = await bot.offer();
  await bot.begin(offer, '');
  let text = '';
  const grow = async (more: string): Promise<void> => {
    const append = { part: 0, at: Buffer.byteLength(text), text: more };
    expect(await bot.tell(offer, 'append', append)).toMatchObject({ type: 'ok' });
    text += more;
  };
  const { message } = await stock.hears('message', (said) => said['by'] === 'clerk');
  const { id } = message as { id: string };
  for (let cut = 0; cut < 4; cut += 1) {
    await grow(`zwölf ${cut} `);
    await stock.until('the text', () => assembled(stock, id) === text);
    proxy.refuse();
    proxy.reset();
    await stock.until('a cut', () => !stock.socket.connected);
    await grow(`三 ${cut} `);
    proxy.heal();
    await stock.until('back again', () => stock.socket.connected);
    expect(stock.socket.recovered).toBe(true);
  }
  await stock.until('the text', () => assembled(stock, id) === text);
  // The rest comes while it is away, and the end as well.
  proxy.refuse();
  proxy.reset();
  await stock.until('a cut', () => !stock.socket.connected);
  await grow('the end');
  await bot.tell(offer, 'finish_run', { ending: 'completed' });
  const outcome = await chat.outcome(question);
  proxy.heal();
  const done = await stock.hears('chat:response', (piece) => piece['done'] === true);
  expect(done).toMatchObject({ message_id: id, run: offer.run.run, status: 'complete' });
  await stock.hears('run_changed', ({ state }) => state === 'completed');
  expect(assembled(stock, id)).toBe(words(outcome.message));
  // Nothing was sent again to be replaced.
  expect(stock.all('chat:response').filter((piece) => piece['replace'] === true)).toEqual([]);
  expect(stock.all('message_completed')).toHaveLength(1);
});

test(
  'F8: cut at any byte, a client hears every message once and in order',
  { timeout: 240_000 },
  async () => {
    await using server = await antiphon([], { settings: QUICK_HEARTBEAT });
    await using proxy = await FaultProxy.start(server.port);
    using chat = await Chat.in(server);
    using stock = await Stock.connect(proxy.origin, account('ada'));
    await stock.done('join_room', 'general');
    const said: string[] = [];
    for (let round = 0; round < 40; round += 1) {
      // Each of these events has some 700 bytes: somewhere in one of them, or between two.
      proxy.resetAfter('down', 37 + ((round * 211) % 1_900));
      for (let at = 0; at < 3; at += 1) {
        said.push(`${round}.${at}`);
        await chat.say(said.at(-1)!);
      }
      await stock.until('all of it', () => stock.texts('general').length >= said.length);
    }
    expect(proxy.torn).toBeGreaterThan(20);
    expect(stock.texts('general')).toEqual(said);
    expect(stock.all('room_state')).toHaveLength(1);
  },
);

test('F8: where the log is another one, the client is told how things are', async () => {
  await using server = await antiphon([], { settings: QUICK_HEARTBEAT });
  await using proxy = await FaultProxy.start(server.port);
  using stock = await Stock.connect(proxy.origin, account('ada'));
  await stock.done('join_room', 'general');
  await stock.done('send_message', { room_id: 'general', text: 'kept' });
  proxy.refuse();
  await server.restart(undefined, ['--restored']);
  await stock.until('a cut', () => !stock.socket.connected);
  proxy.heal();
  await stock.until('back again', () => stock.socket.connected);
  expect(stock.socket.recovered).toBe(false);
  await stock.until('another state', () => stock.all('room_state').length === 2);
  const { messages } = stock.all('room_state')[1] as { messages: { parts: { text: string }[] }[] };
  expect(messages.map(({ parts }) => parts[0]?.text)).toEqual(['kept']);
  // It is in the room again.
  using chat = await Chat.in(server);
  await chat.say('hello');
  await stock.hears('message', ({ text }) => text === 'hello');
});

test('FAULTS 68: who comes back is looked at again, and so are their rooms', async () => {
  await using server = await antiphon([], { settings: QUICK_HEARTBEAT });
  await using proxy = await FaultProxy.start(server.port);
  const [ada, ben] = [account('ada'), account('ben')];
  using owner = await Stock.connect(server.url, ada);
  const room = randomUUID();
  await owner.done('create_room', { id: room, name: 'Private', visibility: 'private' });
  using stock = await Stock.connect(proxy.origin, ben);
  await owner.done('invite', { room_id: room, users: ['ben'] });
  await stock.done('join_room', room);
  await stock.done('join_room', 'general');
  proxy.refuse();
  proxy.reset();
  await stock.until('a cut', () => !stock.socket.connected);
  await owner.done('remove_member', { room_id: room, user: 'ben' });
  await owner.done('send_message', { room_id: room, text: 'secret' });
  await owner
    .done('send_message', { room_id: 'general', text: 'public' })
    .catch(() => owner.done('join_room', 'general'));
  await owner.done('send_message', { room_id: 'general', text: 'public' });
  proxy.heal();
  await stock.until('back again', () => stock.socket.connected);
  expect(stock.socket.recovered).toBe(true);
  await stock.hears('revoked', ({ room: revoked }) => revoked === room);
  await stock.hears('message', ({ text }) => text === 'public');
  expect(stock.texts(room)).toEqual([]);

  // With another's pass nobody comes to where that one was.
  const { _pid: pid, _lastOffset: offset } = stock.socket as unknown as { _pid: string; _lastOffset: string };
  using thief = await Stock.connect(server.url, account('eve'), {
    auth: { token: account('eve').token, pid, offset },
  });
  expect(thief.socket.recovered).toBe(false);
  expect(thief.socket.id).not.toBe(stock.socket.id);
  await thief.done('list_rooms');
  expect(thief.all('message')).toEqual([]);
  // And without a good token nobody comes back at all.
  using refused = Stock.begin(server.url, { token: 'x.y.z' }, { auth: { token: 'x.y.z', pid, offset } });
  const error = await new Promise<Error & { data?: unknown }>((resolve) =>
    refused.socket.once('connect_error', resolve),
  );
  expect(error.data).toMatchObject({ code: 'token_refused' });
});

test(
  'B3: with `retries` a stock client sends everything once, whatever is lost',
  { timeout: 240_000 },
  async () => {
    await using server = await antiphon([], { settings: QUICK_HEARTBEAT });
    await using proxy = await FaultProxy.start(server.port, 7);
    const who = await guest(server.url, 'Mara');
    using chat = await Chat.in(server);
    using stock = await Stock.connect(proxy.origin, who, { retries: 50, ackTimeout: 400 });
    await stock.done('join_room', 'general');
    const texts = Array.from({ length: 60 }, (_, at) => `message ${at}`);
    const acks = texts.map((text) =>
      stock.ask('send_message', { room_id: 'general', id: randomUUID(), text }),
    );
    let rounds = 0;
    const all = Promise.all(acks).then((answers) => ((rounds = Infinity), answers));
    while (rounds < 200) {
      // Requests are lost, answers are lost, and now and then an answer is only late: all of them make the client repeat.
      if (rounds % 3 === 0) proxy.resetAfter('down', 300 + rounds * 37);
      else if (rounds % 3 === 1) proxy.resetAfter('up', 150 + rounds * 29);
      else proxy.delay({ least: 0, most: 300 }, 'down');
      rounds += 1;
      await new Promise((resolve) => setTimeout(resolve, 60));
      if (rounds % 3 === 0) proxy.heal();
    }
    proxy.heal();
    expect((await all).every(({ ok }) => ok)).toBe(true);
    expect(proxy.torn).toBeGreaterThan(5);
    const log = await chat.log();
    const said = log.filter(({ type, by }) => type === 'message' && by === who.user.id);
    expect(said.map((entry) => words(entry['message'] as never))).toEqual(texts);
  },
);
