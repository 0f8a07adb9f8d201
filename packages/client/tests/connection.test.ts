/** B1, B2, C1, C2: a client and its one connection to the real server: tokens, holders, presence, and a clean end. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enter, Stage, until } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

const open = () => stage.meter('antiphon_open{door="ws"}');

describe('tokens', () => {
  test('a refused one is asked for once more, and refused again ends it', async () => {
    const { who } = await stage.guest('Ada');
    const reasons: string[] = [];
    const chat = stage.client({
      auth: ({ reason }) => {
        reasons.push(reason);
        return reason === 'rejected' ? who.token : 'stale';
      },
    });
    await chat.connect();
    expect(reasons).toEqual(['connect', 'rejected']);
    const hopeless = stage.client({ auth: 'stale' });
    await expect(hopeless.connect()).rejects.toMatchObject({ code: 'token_refused' });
    expect(hopeless.status.state).toBe('failed');
    const nobody = stage.client({ auth: () => null });
    await expect(nobody.connect()).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('one that is good is not asked for again after a cut', async () => {
    const { who } = await stage.guest('Ada');
    let asked = 0;
    const chat = stage.client({ auth: () => ((asked += 1), who.token) });
    await chat.connect();
    stage.cut();
    await until(() => expect(chat.status).toMatchObject({ state: 'connected', attempt: 1 }));
    expect(asked).toBe(1);
  });
});

describe('a connection', () => {
  test('opens nothing before it is asked to, and leaves nothing when it ends', async () => {
    const before = await open();
    const ada = await stage.guest('Ada');
    const room = ada.chat.joinRoom('general');
    expect([ada.chat.status.state, await open()]).toEqual(['idle', before]);
    await Promise.all([ada.chat.connect('general'), ada.chat.connect()]);
    expect([ada.chat.status.transport, await open()]).toEqual(['websocket', before + 1]);
    await ada.chat.disconnect();
    expect([ada.chat.status.state, room.state]).toEqual(['idle', 'paused']);
    await until(async () => expect(await open()).toBe(before));
    const bob = await stage.person('Bob');
    const other = await enter(bob, 'general');
    const { key } = await other.sendMessage('meanwhile').settled;
    await ada.chat.connect();
    await until(() => expect(room.messages.map((message) => message.key)).toContain(key));
  });

  test('C1: is one for all who hold it, and ends a moment after the last let go', async () => {
    const { chat } = await stage.guest('Ada');
    const before = await open();
    const [first, second] = [chat.retain(), chat.retain()];
    await until(() => expect(chat.status.state).toBe('connected'));
    first();
    first();
    expect(await open()).toBe(before + 1);
    const third = chat.retain();
    second();
    third();
    const again = chat.retain();
    await chat.connect();
    expect(await open()).toBe(before + 1);
    await chat.disconnect();
    again();
    await until(async () => expect(await open()).toBe(before));
  });

  test('tells its logger what happened to it', async () => {
    const events: string[] = [];
    const { chat } = await stage.person('Ada', { logger: (event) => events.push(event) });
    await chat.disconnect();
    expect(events).toEqual(['connect', 'token', 'welcome', 'disconnect']);
  });

  test('what its listeners throw does not stop it', async () => {
    const thrown: unknown[] = [];
    const heard = (error: Error) => thrown.push(error.message);
    process.once('uncaughtException', heard);
    const ada = await stage.person('Ada');
    const room = await enter(ada, await stage.room(ada));
    const told: string[] = [];
    room.onMessage(() => {
      throw new Error('a listener of ours');
    });
    room.onMessage(({ key }) => told.push(key));
    const { key } = await room.sendMessage('hello').settled;
    await until(() => expect([told, thrown]).toEqual([[key], ['a listener of ours']]));
  });
});

describe('signals', () => {
  test('D7: who types is told, and is not any more when they stop, send, or leave', async () => {
    const [ada, bob] = [await stage.person('Ada'), await stage.person('Bob')];
    const id = await stage.room(ada);
    const [room, other] = [await enter(ada, id), await enter(bob, id)];
    const typing = (users: string[]) => until(() => expect(room.typing.users).toEqual(users));
    other.typing.keystroke();
    other.typing.keystroke();
    await typing([bob.who.user.id]);
    expect(other.typing.users).toEqual([]);
    other.typing.stop();
    await typing([]);
    other.typing.keystroke();
    await typing([bob.who.user.id]);
    await other.sendMessage('said it').settled;
    await typing([]);
  });

  test('who is here, and who is away, is one list of people and bots', async () => {
    const [ada, bob] = [await stage.person('Ada'), await stage.person('Bob')];
    const id = await stage.room(ada);
    await stage.bot(ada, id, () => undefined, { id: 'present' });
    const [room, other] = [await enter(ada, id), await enter(bob, id)];
    await until(() => expect(room.presence.of(bob.who.user.id)).toBe('online'));
    other.presence.update({ away: true });
    await until(() => expect(room.presence.of(bob.who.user.id)).toBe('away'));
    await until(() => expect(other.presence.me).toBe('away'));
    const kinds = room.members.map(({ kind, name }) => `${kind} ${name}`);
    expect(kinds).toEqual(['person Ada', 'person Bob', 'bot present']);
    await bob.chat.disconnect();
    await until(() => expect(room.presence.members.map(({ name }) => name)).not.toContain('Bob'));
    expect(room.members.map(({ name }) => name)).toContain('Bob');
  });
});
