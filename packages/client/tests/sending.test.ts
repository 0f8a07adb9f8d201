/** A10, B3, B14: messages on their way to the real server: shown at once, sent once, in order, and told of when refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChatClient, createChatClient, type OutboxEntry, type OutboxStorage } from '../src/index.ts';
import { changeMember, invite } from '../src/rooms.ts';
import { faulty, type Faults, once } from './faulty-socket.ts';
import { enter, Stage, texts, until } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open({ ANTIPHON_LIMITS__MESSAGE_BYTES: '20000' });
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

/** The words of a room's log, as others read it. */
async function stored(reader: Awaited<ReturnType<Stage['person']>>, room: string): Promise<string[]> {
  return texts(await enter(reader, room, { history: 200 }));
}

test('a message is shown at once, and keeps its key when it is stored', async () => {
  const ada = await stage.person('Ada');
  const room = await enter(ada, await stage.room(ada));
  const sending = room.sendMessage('hello');
  const shown = () => room.messages.map(({ key, delivery }) => ({ key, delivery }));
  expect(shown()).toEqual([{ key: sending.key, delivery: 'sending' }]);
  const { seq, own } = await sending.settled;
  expect([seq! > 0, own]).toEqual([true, true]);
  await until(() => expect(shown()).toEqual([{ key: sending.key, delivery: 'sent' }]));
});

test('B3: messages said while away arrive once and in order', async () => {
  const [ada, bob] = [await stage.person('Ada'), await stage.person('Bob', { url: stage.server.url })];
  const id = await stage.room(ada);
  const room = await enter(ada, id);
  stage.cut({ refuse: true });
  await until(() => expect(room.state).toBe('paused'));
  const sendings = Array.from({ length: 20 }, (_, n) => room.sendMessage(`${n}`));
  expect(room.messages.every(({ delivery }) => delivery === 'queued')).toBe(true);
  expect(ada.chat.queued).toBe(20);
  stage.proxy.heal();
  await Promise.all(sendings.map(({ settled }) => settled));
  const said = sendings.map((_, n) => `${n}`);
  await until(() => expect(texts(room)).toEqual(said));
  expect(await stored(bob, id)).toEqual(said);
});

test('B3: a lost answer leads to a repeat with the same id, not to a second message', async () => {
  const faults: Faults = {};
  const [ada, bob] = [await stage.person('Ada', { WebSocket: faulty(faults) }), await stage.person('Bob')];
  const id = await stage.room(ada);
  const before = await stage.asked('send_message');
  // Nothing but the answer tells of it, because the room is not open here.
  faults.hear = once(({ type, ref }) => type === 'ok' && ref !== undefined, 'break');
  const { seq } = await ada.chat.sendMessage(id, 'once').settled;
  expect(await stage.asked('send_message')).toBe(before + 2);
  const room = await enter(ada, id);
  expect(room.messages.map((each) => each.seq)).toEqual([seq]);
  expect(await stored(bob, id)).toEqual(['once']);
});

test('a refusal for good is shown in words, and the next message goes out', async () => {
  const ada = await stage.person('Ada');
  const room = await enter(ada, await stage.room(ada));
  const large = room.sendMessage('x'.repeat(30_000));
  const next = room.sendMessage('small');
  await expect(large.settled).rejects.toMatchObject({ code: 'too_large', limit: 20_000 });
  await next.settled;
  expect(room.getMessage(large.key)).toMatchObject({ delivery: 'failed', error: { code: 'too_large' } });
  room.discard(large.key);
  await until(() => expect(texts(room)).toEqual(['small']));
});

test('B14: what the server would break off the line for is never sent: the error names the field and the limit', async () => {
  const said: string[] = [];
  const say: Faults['say'] = (frame) => (said.push(frame.type), frame);
  const ada = await stage.person('Ada', { WebSocket: faulty({ say }) });
  const room = await enter(ada, await stage.room(ada));
  const { key, settled } = room.sendMessage('x');
  await settled;
  // Two bytes each, so that counting characters is not enough.
  const large = 'é'.repeat(70_000);
  const limit = 128 * 1024;
  said.length = 0;
  const refused = { code: 'too_large', retryable: false, limit };
  await expect(room.sendMessage(large).settled).rejects.toMatchObject({ ...refused, field: 'parts' });
  await expect(room.edit(key, large)).rejects.toMatchObject({ ...refused, field: 'text' });
  expect(said).toEqual([]);
  expect(room.messages.map(({ delivery }) => delivery)).toEqual(['sent', 'failed']);
  await room.sendMessage('still there').settled;
  expect(ada.chat.status).toMatchObject({ state: 'connected', attempt: 0 });
});

test('what was refused can be tried again, under the same key', async () => {
  const [ada, bob] = [await stage.person('Ada'), await stage.person('Bob')];
  const id = await stage.room(ada, { visibility: 'private' });
  await invite(ada.chat, id, [bob.who.user.id], 'viewer');
  const room = await enter(bob, id);
  const sending = room.sendMessage('may I?');
  await expect(sending.settled).rejects.toMatchObject({ code: 'forbidden', retryable: false });
  await changeMember(ada.chat, id, bob.who.user.id, 'member');
  await until(() => expect(room.me?.role).toBe('member'));
  room.retry(sending.key);
  await until(() => expect(room.messages).toMatchObject([{ key: sending.key, delivery: 'sent' }]));
});

test('a message is changed, answered with a sign, and taken back', async () => {
  const [ada, bob] = [await stage.person('Ada'), await stage.person('Bob')];
  const id = await stage.room(ada);
  const [room, other] = [await enter(ada, id), await enter(bob, id)];
  const { key } = await room.sendMessage('frist').settled;
  await room.edit(key, 'first');
  await other.react(key, '👍');
  await until(() =>
    expect(room.getMessage(key)).toMatchObject({
      parts: [{ text: 'first' }],
      reactions: [{ emoji: '👍', count: 1, own: false, users: [bob.who.user.id] }],
    }),
  );
  expect(room.getMessage(key)?.editedAt).toBeGreaterThan(0);
  await other.react(key, '👍', false);
  await until(() => expect(room.getMessage(key)?.reactions).toEqual([]));
  await room.delete(key);
  await until(() =>
    expect(other.getMessage(key)).toMatchObject({ parts: [], deletedAt: expect.any(Number) as number }),
  );
});

describe('before there is a connection', () => {
  const user = { id: '', kind: 'person', name: 'Ada' } as const;

  function kept(room: string, owner: string): OutboxStorage {
    const waiting: OutboxEntry = {
      key: 'from-an-earlier-page',
      room,
      user: owner,
      order: 1,
      parts: [{ type: 'text', text: 'from an earlier page' }],
      replyTo: undefined,
      to: [],
      createdAt: Date.now(),
      state: 'sending',
      since: Date.now(),
      tries: 0,
      error: undefined,
    };
    const nothing = () => Promise.resolve();
    return {
      open: nothing,
      load: () => Promise.resolve([waiting]),
      put: nothing,
      remove: nothing,
      clear: nothing,
      close: () => undefined,
    };
  }

  test('B3: what waits shows to whom it belongs, and goes out once', async () => {
    const bob = await stage.person('Bob');
    const id = await stage.room(bob);
    const { who } = await stage.guest('Ada');
    const network = { there: false };
    const chat: ChatClient = stage.client({
      auth: () => (network.there ? who.token : Promise.reject(new Error('no network'))),
      user: { ...user, id: who.user.id },
      outbox: kept(id, who.user.id),
    });
    chat.connect().catch(() => undefined);
    const room = chat.joinRoom(id);
    await until(() => expect(texts(room)).toEqual(['from an earlier page']));
    expect(room.messages[0]).toMatchObject({ own: true, delivery: 'queued' });
    expect(chat.queued).toBe(1);
    network.there = true;
    await until(() => expect(room.messages.map(({ delivery }) => delivery)).toEqual(['sent']));
    expect(await stored(bob, id)).toEqual(['from an earlier page']);
  });

  test('B3: what another user wrote is neither shown nor sent', async () => {
    const [bob, eve] = [await stage.person('Bob'), await stage.guest('Eve')];
    const id = await stage.room(bob);
    const chat = stage.client({ auth: eve.who.token, outbox: kept(id, 'someone-else') });
    await chat.connect();
    const room = await enter({ chat, who: eve.who }, id);
    await room.sendMessage('mine').settled;
    await until(() => expect(texts(room)).toEqual(['mine']));
    expect(chat.queued).toBe(0);
  });

  test('a sign-out tells whoever waits for a message that it will not go out', async () => {
    const chat = createChatClient({ url: stage.server.url, auth: 'nobody’s' });
    const sent = chat.sendMessage('general', 'too late');
    await chat.disconnect({ forget: true });
    await expect(sent.settled).rejects.toMatchObject({ code: 'discarded' });
  });

  test('a message that waits is taken back without anybody having seen it', async () => {
    const [ada, bob] = [await stage.person('Ada'), await stage.person('Bob', { url: stage.server.url })];
    const id = await stage.room(ada);
    const room = await enter(ada, id);
    stage.cut({ refuse: true });
    await until(() => expect(room.state).toBe('paused'));
    const regretted = room.sendMessage('never mind');
    const meant = room.sendMessage('meant');
    await regretted.cancel();
    await expect(regretted.settled).rejects.toMatchObject({ code: 'discarded' });
    stage.proxy.heal();
    await meant.settled;
    expect(await stored(bob, id)).toEqual(['meant']);
  });
});
