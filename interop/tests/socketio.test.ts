// The Socket.IO door: a stock `socket.io-client` against the real binary (A1, A7, D1, B19).
import { randomUUID } from 'node:crypto';
import { guest } from '@antiphon/e2e/wire';
import { expect, test } from 'vitest';
import { antiphon } from '../src/antiphon.ts';
import { Chat } from '../src/chat.ts';
import { Stock } from '../src/stock.ts';

const TRANSPORTS = [['websocket'], ['polling'], ['polling', 'websocket']];

test.each(TRANSPORTS)('A1 A7: people talk in a room over %s and %s', async (...transports) => {
  await using server = await antiphon();
  const [ada, ben, eve] = await Promise.all(['Ada', 'Ben', 'Eve'].map((name) => guest(server.url, name)));
  using first = await Stock.connect(server.url, ada!, { transports });
  using second = await Stock.connect(server.url, ben!, { transports });
  using stranger = await Stock.connect(server.url, eve!, { transports });
  expect(await first.ask('join_room', { room_id: 'general' })).toMatchObject({ ok: true, room: 'general' });
  await second.done('join_room', 'general');
  expect(second.all('room_state')).toMatchObject([{ room: 'general', room_id: 'general' }]);

  const id = randomUUID();
  const sent = await first.ask('send_message', { room_id: 'general', id, text: 'hello' });
  expect(sent).toMatchObject({ ok: true, message: { id, sender: ada!.user.id } });
  const heard = await second.hears('message', ({ text }) => text === 'hello');
  expect(heard).toMatchObject({ room_id: 'general', message: { id }, by: ada!.user.id, seq: sent['seq'] });
  await first.hears('message', ({ text }) => text === 'hello');

  first.socket.emit('typing', { room_id: 'general', active: true });
  await second.hears('typing', ({ user, active }) => user === ada!.user.id && active === true);
  // A7: nobody else hears it.
  using watcher = await Chat.in(server);
  await watcher.say('the end');
  await second.hears('message', ({ text }) => text === 'the end');
  expect(stranger.all('message')).toEqual([]);
  if (transports.includes('websocket')) {
    await first.until('a WebSocket', () => first.socket.io.engine.transport.name === 'websocket');
  }
});
