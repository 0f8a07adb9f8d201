/** A2, A10, B3, B7, B13: the client against a peer over real sockets: connect, join, send, stream, lose the connection, come back. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import {
  type ChatClient,
  type ChatClientOptions,
  createChatClient,
  type OutboxEntry,
  type OutboxStorage,
  textOf,
} from '../src/index.ts';
import { crc32 } from '../src/stream/crc32.ts';
import { byteLength } from '../src/stream/assemble.ts';
import { Peer } from './peer.ts';

let peer: Peer;
const clients: ChatClient[] = [];

function client(auth: ChatClientOptions['auth'] = 'ada', more: Partial<ChatClientOptions> = {}): ChatClient {
  const chat = createChatClient({
    url: peer.url,
    auth,
    flush: 'sync',
    reconnect: { minMs: 5, maxMs: 20 },
    WebSocket: NodeWebSocket,
    ...more,
  });
  clients.push(chat);
  return chat;
}

async function joined(chat: ChatClient, id = 'general') {
  await chat.connect();
  const room = chat.joinRoom(id);
  await room.ready;
  return room;
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 5 });
const texts = (room: { messages: readonly Parameters<typeof textOf>[0][] }) => room.messages.map(textOf);

beforeEach(async () => {
  peer = await Peer.start();
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((chat) => chat.disconnect()));
  await peer.stop();
});

describe('rooms', () => {
  test('who signs in after another is asked for their own token, and sees nothing of the other', async () => {
    let user = 'ada';
    const chat = client(() => user);
    const room = await joined(chat);
    await room.sendMessage('for ada').settled;
    await chat.disconnect({ forget: true });
    expect([chat.user, texts(room)]).toEqual([undefined, []]);
    user = 'eve';
    await chat.connect();
    expect(chat.user?.id).toBe('eve');
  });

  test('a join shows the newest messages, and older ones on demand', async () => {
    for (let n = 1; n <= 120; n += 1) peer.say('general', { id: `m${n}`, sender: 'bob', text: `${n}` });
    const room = await joined(client());
    expect(texts(room).at(0)).toBe('71');
    expect(room.hasOlder).toBe(true);
    await Promise.all([room.loadOlder(), room.loadOlder()]);
    expect(texts(room).slice(0, 2)).toEqual(['21', '22']);
    await room.loadOlder();
    expect(texts(room)).toHaveLength(120);
    expect(room.hasOlder).toBe(false);
  });

  test('the same id gives the same handle, and the last leave leaves', async () => {
    const chat = client();
    const room = await joined(chat);
    expect(chat.joinRoom('general')).toBe(room);
    room.leave();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(room.state).toBe('joined');
    room.leave();
    await until(() => expect(peer.heard.some(({ type }) => type === 'leave_room')).toBe(true));
    expect(room.state).toBe('left');
  });

  test('what was missed while away is caught up once, in order', async () => {
    const room = await joined(client());
    const told: string[] = [];
    room.onMessage((message) => told.push(textOf(message)));
    peer.say('general', { id: 'a', sender: 'bob', text: 'one' });
    await until(() => expect(texts(room)).toEqual(['one']));
    const guests = [...peer.guests];
    peer.cut();
    await until(() => expect(guests.every((guest) => !peer.guests.has(guest))).toBe(true));
    peer.say('general', { id: 'b', sender: 'bob', text: 'two' });
    await until(() => expect(texts(room)).toEqual(['one', 'two']));
    expect(room.recovered).toBe('replayed');
    expect(told).toEqual(['one', 'two']);
  });

  test('another epoch throws away what is held', async () => {
    const room = await joined(client());
    peer.say('general', { id: 'a', sender: 'bob', text: 'old' });
    await until(() => expect(texts(room)).toEqual(['old']));
    peer.epoch = 'epoch-2';
    peer.log('general').length = 0;
    peer.log('general').push();
    peer.cut();
    await until(() => expect(room.recovered).toBe('snapshot'));
    expect(texts(room)).toEqual([]);
  });

  test('a hole in the log is healed by joining again from where it stands', async () => {
    const room = await joined(client());
    peer.say('general', { id: 'a', sender: 'bob', text: 'one' });
    const [guest] = [...peer.guests];
    guest!.rooms.delete('general');
    peer.say('general', { id: 'b', sender: 'bob', text: 'two' });
    guest!.rooms.add('general');
    peer.say('general', { id: 'c', sender: 'bob', text: 'three' });
    await until(() => expect(texts(room)).toEqual(['one', 'two', 'three']));
    expect(peer.connections).toBe(1);
  });
});

describe('sending', () => {
  test('a message is shown at once, and keeps its key when it is stored', async () => {
    const room = await joined(client());
    const sending = room.sendMessage('hello');
    expect(room.messages.map(({ key, delivery }) => ({ key, delivery }))).toEqual([
      { key: sending.key, delivery: 'sending' },
    ]);
    const stored = await sending.settled;
    expect(stored.seq).toBe(1);
    await until(() =>
      expect(room.messages.map(({ key, delivery }) => ({ key, delivery }))).toEqual([
        { key: sending.key, delivery: 'sent' },
      ]),
    );
  });

  test('messages said while away arrive once and in order', async () => {
    const chat = client();
    const room = await joined(chat);
    peer.cut();
    await until(() => expect(room.state).toBe('paused'));
    const sendings = Array.from({ length: 20 }, (_, n) => room.sendMessage(`${n}`));
    expect(room.messages.every(({ delivery }) => delivery === 'queued')).toBe(true);
    await Promise.all(sendings.map(({ settled }) => settled));
    expect(texts(room)).toEqual(sendings.map((_, n) => `${n}`));
    expect(peer.log('general')).toHaveLength(20);
  });

  test('a lost answer leads to a repeat with the same id, not to a second message', async () => {
    let lost = false;
    peer.intercept = (guest, frame) => {
      if (frame['type'] !== 'send_message' || lost) return false;
      lost = true;
      guest.rooms.clear();
      peer.say('general', { id: frame['id'] as string, sender: 'ada', text: frame['text'] as string });
      guest.socket.terminate();
      return true;
    };
    const room = await joined(client());
    const stored = await room.sendMessage('once').settled;
    expect(stored.seq).toBe(1);
    expect(peer.log('general')).toHaveLength(1);
    expect(texts(room)).toEqual(['once']);
  });

  test('F4: a stop whose connection broke is asked for again', async () => {
    let asked = 0;
    peer.intercept = (guest, frame) => {
      if (frame['type'] !== 'cancel') return false;
      asked += 1;
      if (asked === 1) guest.socket.terminate();
      else guest.send({ type: 'ok', ref: frame['ref'], accepted: true });
      return true;
    };
    const room = await joined(client());
    await room.tools.cancel('call-1');
    expect(asked).toBe(2);
  });

  test('a refusal for good is shown and can be tried again or thrown away', async () => {
    let refuse = true;
    peer.intercept = (guest, frame) => {
      if (frame['type'] !== 'send_message' || !refuse) return false;
      guest.send({
        type: 'error',
        ref: frame['ref'],
        code: 'too_large',
        message: 'too large',
        retryable: false,
      });
      return true;
    };
    const room = await joined(client());
    const sending = room.sendMessage('big');
    await expect(sending.settled).rejects.toMatchObject({ code: 'too_large' });
    expect(room.messages[0]).toMatchObject({
      key: sending.key,
      delivery: 'failed',
      error: { message: 'too large' },
    });
    refuse = false;
    room.retry(sending.key);
    await until(() => expect(room.messages[0]).toMatchObject({ key: sending.key, delivery: 'sent' }));
  });
});

describe('reading', () => {
  test('what was read while the connection was away is told when it is back', async () => {
    peer.say('general', { id: 'a', sender: 'bob', text: 'hello' });
    const chat = client();
    const room = await joined(chat);
    peer.intercept = (_, frame) => frame['type'] === 'mark_read';
    room.markRead().catch(() => undefined);
    await until(() => expect(peer.heard.at(-1)).toMatchObject({ type: 'mark_read', ordinal: 1 }));
    peer.intercept = undefined;
    const before = peer.heard.length;
    peer.cut();
    await until(() =>
      expect(peer.heard.slice(before)).toContainEqual(
        expect.objectContaining({ type: 'mark_read', ordinal: 1 }),
      ),
    );
    expect(room.unread.count).toBe(0);
  });
});

describe('before there is a connection', () => {
  const waiting: OutboxEntry = {
    key: 'a',
    room: 'general',
    user: 'ada',
    order: 1,
    parts: [{ type: 'text', text: 'from an earlier page' }],
    replyTo: undefined,
    to: [],
    createdAt: Date.now(),
    state: 'queued',
    since: Date.now(),
    tries: 0,
    error: undefined,
  };
  const kept: OutboxStorage = {
    open: () => Promise.resolve([waiting]),
    put: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    clear: () => Promise.resolve(),
    close: () => undefined,
  };

  test('B3: what waits shows to whom it belongs, and goes out once', async () => {
    const user = { id: 'ada', kind: 'person', name: 'Ada' } as const;
    const network = { there: false };
    const auth = () => (network.there ? 'ada' : Promise.reject(new Error('no network')));
    const chat = client(auth, { user, outbox: kept });
    chat.connect().catch(() => undefined);
    const room = chat.joinRoom('general');
    await until(() => expect(texts(room)).toEqual(['from an earlier page']));
    expect(room.messages[0]).toMatchObject({ own: true, delivery: 'queued' });
    expect(chat.queued).toBe(1);
    network.there = true;
    await until(() => expect(room.messages.map(({ delivery }) => delivery)).toEqual(['sent']));
    expect(peer.log('general')).toHaveLength(1);
  });
});

describe('streams', () => {
  test('text grows, survives a cut in the middle, and is checked at its end', async () => {
    const room = await joined(client());
    peer.say('general', { id: 'answer', sender: 'scribe', status: 'streaming' });
    peer.open('general', 'answer');
    peer.grow('general', 'answer', 'Grüße ');
    await until(() => expect(texts(room)).toEqual(['Grüße ']));
    peer.cut();
    peer.grow('general', 'answer', '🌍 und ');
    await until(() => expect(texts(room)).toEqual(['Grüße 🌍 und ']));
    peer.grow('general', 'answer', 'Sterne');
    const text = 'Grüße 🌍 und Sterne';
    const end = { part: 0, generation: 0, end: byteLength(text), crc32: crc32(text) };
    peer.append('general', {
      type: 'message_completed',
      message_id: 'answer',
      status: 'complete',
      ends: [end],
    });
    await until(() =>
      expect(room.messages[0]).toMatchObject({ status: 'complete', parts: [{ type: 'text', text }] }),
    );
    expect(peer.heard.some(({ type }) => type === 'get_message')).toBe(false);
  });

  test('a hole in a stream is asked for, by offset', async () => {
    const room = await joined(client());
    peer.say('general', { id: 'answer', sender: 'scribe', status: 'streaming' });
    peer.open('general', 'answer');
    peer.grow('general', 'answer', 'one ');
    peer.grow('general', 'answer', 'two ', { lose: true });
    peer.grow('general', 'answer', 'three');
    await until(() => expect(texts(room)).toEqual(['one two three']));
    const joins = peer.heard.filter(({ type }) => type === 'join_room');
    expect(joins.at(-1)).toMatchObject({
      streams: [{ message_id: 'answer', part: 0, generation: 0, at: 4 }],
    });
  });

  test('a text that does not sum up is fetched whole', async () => {
    const room = await joined(client());
    const message = peer.say('general', { id: 'answer', sender: 'scribe', status: 'streaming' });
    peer.open('general', 'answer');
    peer.grow('general', 'answer', 'wrong');
    message.parts = [{ type: 'text', text: 'right' }];
    message.status = 'complete';
    message.rev = 2;
    const end = { part: 0, generation: 0, end: 5, crc32: crc32('right') };
    peer.append('general', {
      type: 'message_completed',
      message_id: 'answer',
      status: 'complete',
      ends: [end],
    });
    await until(() => expect(texts(room)).toEqual(['right']));
  });
});

describe('connection', () => {
  test('a refused token is asked for once more, and refused again ends it', async () => {
    peer.refuseTokens.add('stale');
    const reasons: string[] = [];
    const chat = client(({ reason }) => {
      reasons.push(reason);
      return reason === 'rejected' ? 'ada' : 'stale';
    });
    await chat.connect();
    expect(reasons).toEqual(['connect', 'rejected']);
    const hopeless = client('stale');
    await expect(hopeless.connect()).rejects.toMatchObject({ code: 'token_refused' });
    expect(hopeless.status.state).toBe('failed');
  });

  test('disconnect leaves nothing running and connect starts again', async () => {
    const chat = client();
    const room = await joined(chat);
    await chat.disconnect();
    expect(chat.status.state).toBe('idle');
    expect(room.state).toBe('paused');
    await until(() => expect(peer.guests.size).toBe(0));
    peer.say('general', { id: 'a', sender: 'bob', text: 'meanwhile' });
    await chat.connect();
    await until(() => expect(texts(room)).toEqual(['meanwhile']));
  });
});
