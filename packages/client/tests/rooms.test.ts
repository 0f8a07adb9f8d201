/** A2, B6, B11, B13: rooms of the real server: joined, caught up with, left, whatever the line does meanwhile. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Server } from '@antiphon/e2e/server';
import type { RoomEvent } from '../src/index.ts';
import {
  changeMember,
  discoverRooms,
  invite,
  removeMember,
  searchMessages,
  updateRoom,
} from '../src/rooms.ts';
import { directoryOf } from '../src/directory.ts';
import { faulty, once } from './faulty-socket.ts';
import { enter, Stage, texts, until } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

describe('history', () => {
  test('a join shows the newest messages, and older ones on demand', async () => {
    const [ada, bob] = [await stage.person('Ada'), await stage.person('Bob')];
    const id = await stage.room(ada);
    const written = await enter(ada, id);
    for (let n = 1; n <= 120; n += 1) written.sendMessage(`${n}`);
    await until(() => expect(ada.chat.queued).toBe(0));
    const room = await enter(bob, id);
    expect(texts(room).at(-1)).toBe('120');
    const first = Number(texts(room)[0]);
    expect(first).toBeGreaterThan(60);
    expect(room.hasOlder).toBe(true);
    await Promise.all([room.loadOlder(20), room.loadOlder(20)]);
    expect(texts(room)[0]).toBe(`${first - 20}`);
    await room.loadOlder(200);
    expect(texts(room)).toEqual(Array.from({ length: 120 }, (_, index) => `${index + 1}`));
    expect(room.hasOlder).toBe(false);
  });

  test('a jump fetches everything back to a position, and tells which message is there', async () => {
    const [ada, bob] = [await stage.person('Ada'), await stage.person('Bob')];
    const id = await stage.room(ada);
    const written = await enter(ada, id);
    const sendings = Array.from({ length: 180 }, (_, n) => written.sendMessage(`${n}`));
    const early = await sendings[4]!.settled;
    await sendings.at(-1)!.settled;
    const room = await enter(bob, id, { history: 10 });
    expect(room.getMessage(early.key)).toBeUndefined();
    const [key, same] = await Promise.all([room.jumpTo(early.seq!), room.jumpTo(early.seq!)]);
    expect([key, same]).toEqual([early.key, early.key]);
    expect(room.messages.length).toBeGreaterThanOrEqual(176);
  });

  test('what was found by its words can be shown, and what happened to the room stands between the messages', async () => {
    const [ada, bob] = [await stage.person('Ada'), await stage.person('Bob')];
    const id = await stage.room(ada, { visibility: 'private' });
    const room = await enter(ada, id);
    await room.sendMessage('a needle in this haystack').settled;
    await until(async () => {
      const found = await searchMessages(ada.chat, 'needle', { room: id });
      expect(found.map(({ own }) => own)).toEqual([true]);
    });
    await invite(ada.chat, id, [bob.who.user.id]);
    await changeMember(ada.chat, id, bob.who.user.id, 'viewer');
    await updateRoom(ada.chat, id, { topic: 'needles' });
    await removeMember(ada.chat, id, bob.who.user.id);
    const types = (events: readonly RoomEvent[]) => events.map(({ type }) => type).slice(-4);
    const happened = ['member_joined', 'member_changed', 'room_changed', 'member_left'];
    await until(() => expect(types(room.events)).toEqual(happened));
    expect(room.info?.topic).toBe('needles');
    const again = await enter(await stage.person('Cy'), await stage.room(ada));
    expect(again.info?.visibility).toBe('public');
  });
});

describe('coming back', () => {
  test('B11: what was missed while away is caught up once, in order', async () => {
    const [ada, bob] = [await stage.person('Ada'), await stage.person('Bob', { url: stage.server.url })];
    const id = await stage.room(ada);
    const [room, other] = [await enter(ada, id), await enter(bob, id)];
    const told: string[] = [];
    room.onMessage((message) => told.push(texts({ messages: [message] })[0]!));
    await other.sendMessage('one').settled;
    await until(() => expect(texts(room)).toEqual(['one']));
    stage.cut({ refuse: true });
    await until(() => expect(room.state).toBe('paused'));
    await other.sendMessage('two').settled;
    await other.sendMessage('three').settled;
    stage.proxy.heal();
    await until(() => expect(texts(room)).toEqual(['one', 'two', 'three']));
    expect([room.recovered, told]).toEqual(['replayed', ['one', 'two', 'three']]);
  });

  test('another epoch throws away what is held', async () => {
    await using own = await Stage.open();
    const ada = await own.person('Ada');
    const id = await own.room(ada);
    const room = await enter(ada, id);
    expect(room.recovered).toBe('fresh');
    await room.sendMessage('before').settled;
    await own.server.stop();
    await using restored = await Server.start({ data: own.server.data, args: ['--restored'] });
    own.proxy.retarget(restored.port);
    await until(() => expect(room.recovered).toBe('snapshot'));
    expect(texts(room)).toEqual(['before']);
    await room.sendMessage('after').settled;
    await until(() => expect(texts(room)).toEqual(['before', 'after']));
  });

  test('a hole in what came is healed by joining again from where the log stands', async () => {
    const faults = { hear: once(({ type }) => type === 'message', 'lost') };
    const [ada, bob] = [await stage.person('Ada', { WebSocket: faulty(faults) }), await stage.person('Bob')];
    const id = await stage.room(bob);
    const [room, other] = [await enter(ada, id), await enter(bob, id)];
    const sockets = await stage.asked('authenticate');
    await other.sendMessage('lost on its way').settled;
    await other.sendMessage('and its successor').settled;
    await until(() => expect(texts(room)).toEqual(['lost on its way', 'and its successor']));
    expect(await stage.asked('authenticate')).toBe(sockets);
  });
});

describe('holding', () => {
  test('the same id gives the same handle, and the last leave leaves', async () => {
    const ada = await stage.person('Ada');
    const id = await stage.room(ada);
    const room = await enter(ada, id);
    expect(ada.chat.joinRoom(id)).toBe(room);
    const left = await stage.asked('leave_room');
    room.leave();
    room.sendMessage('still here');
    await until(() => expect(room.messages[0]?.delivery).toBe('sent'));
    expect([room.state, ada.chat.getRoom(id)]).toEqual(['joined', room]);
    room.leave();
    await until(() => expect(room.state).toBe('left'));
    await until(async () => expect(await stage.asked('leave_room')).toBe(left + 1));
    expect(ada.chat.getRoom(id)).toBeUndefined();
    // What is given back once more takes nothing from whoever holds the room now.
    const next = await enter(ada, id);
    room.leave();
    room.leave({ forget: true });
    await next.sendMessage('goes on').settled;
    expect([next.state, ada.chat.getRoom(id)]).toEqual(['joined', next]);
  });

  test('B9: who wants no text gets a message when it is whole; who holds the room as well and wants all, gets all', async () => {
    const [ada, bob] = [await stage.person('Ada'), await stage.person('Bob')];
    const id = await stage.room(bob);
    let finish: () => void = () => undefined;
    const more = new Promise<void>((resolve) => (finish = resolve));
    await stage.bot(bob, id, async (run) => {
      await run.reply.text('begun, ');
      await more;
      await run.reply.text('and done');
    });
    const room = await enter(ada, id, { receive: ['tools'] });
    const whole = await enter(bob, id);
    await whole.sendMessage({ text: 'speak', to: [`${whole.bots[0]?.user.id}`] }).settled;
    await until(() => expect(texts(whole)).toContain('begun, '));
    await until(() => expect(room.messages.at(-1)?.status).toBe('streaming'));
    expect(texts(room).at(-1)).toBe('');
    ada.chat.joinRoom(id);
    await until(() => expect(texts(room).at(-1)).toBe('begun, '));
    finish();
    await until(() => expect(texts(room).at(-1)).toBe('begun, and done'));
  });

  test('who is signed out sees nothing of before, and whoever comes next nothing of them', async () => {
    const [ada, eve] = [await stage.guest('Ada'), await stage.guest('Eve')];
    let token = ada.who.token;
    const chat = stage.client({ auth: () => token });
    await chat.connect();
    const id = await stage.room({ chat, who: ada.who }, { visibility: 'private' });
    const room = await enter({ chat, who: ada.who }, id);
    await room.sendMessage('for Ada').settled;
    const directory = directoryOf(chat);
    await until(() => expect(directory.rooms.map((each) => each.id)).toContain(id));
    await chat.disconnect({ forget: true });
    expect([chat.user, texts(room), directory.rooms]).toEqual([undefined, [], []]);
    token = eve.who.token;
    await chat.connect();
    expect(chat.user?.name).toBe('Eve');
    await until(() => expect(room.state).toBe('denied'));
    expect(texts(room)).toEqual([]);
  });
});

describe('the directory', () => {
  test('lists one’s rooms with what is unread, in open rooms and others, and public ones to be found', async () => {
    const [ada, bob] = [await stage.person('Ada'), await stage.person('Bob')];
    const [id, other] = [await stage.room(ada), await stage.room(ada)];
    const [here, there] = [await enter(bob, id), await enter(bob, other)];
    const directory = directoryOf(ada.chat);
    const room = await enter(ada, id);
    await until(() =>
      expect(directory.rooms.map((each) => each.id)).toEqual(expect.arrayContaining([id, other])),
    );
    await here.sendMessage('in the open room').settled;
    await there.sendMessage('in the other').settled;
    await there.sendMessage('and one more').settled;
    const unread = () => [directory.unread.byRoom[id]?.count, directory.unread.byRoom[other]?.count];
    await until(() => expect(unread()).toEqual([1, 2]));
    await room.markRead();
    await until(() => expect(unread()).toEqual([0, 2]));
    expect(room.unread.count).toBe(0);
    expect((await directory.membersOf(other)).map(({ name }) => name).sort()).toEqual(['Ada', 'Bob']);
    const cy = await stage.person('Cy');
    expect((await discoverRooms(cy.chat)).map((each) => each.id)).toContain(id);
  });

  test('what was read while the line was broken is told when it is back', async () => {
    const faults = { say: once(({ type }) => type === 'mark_read', 'break') };
    const [ada, bob] = [await stage.person('Ada', { WebSocket: faulty(faults) }), await stage.person('Bob')];
    const id = await stage.room(bob);
    const [room, other] = [await enter(ada, id), await enter(bob, id)];
    await other.sendMessage('hello').settled;
    await until(() => expect(room.unread.count).toBe(1));
    room.markRead().catch(() => undefined);
    expect(room.unread.count).toBe(0);
    const device = stage.client({ auth: ada.who.token });
    await device.connect();
    await until(() => expect(directoryOf(device).unread.byRoom[id]?.count).toBe(0));
  });
});
