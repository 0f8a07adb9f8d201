/** E1, B11: tabs that share one connection to the real server: what each of them hears, and what happens when one goes. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ChatClient, type ChatClientOptions, refreshGuest, type Room, textOf } from '../src/index.ts';
import { VERSION } from '../src/tabs/shared.ts';
import { enter, type Person, Stage, texts, until } from './stage.ts';
import { type Tab, Tabs } from './tab.ts';

let stage: Stage;
let tabs: Tabs;
/** Connections before a test. */
let before: number;

beforeAll(async () => {
  stage = await Stage.open();
});

beforeEach(async () => {
  tabs = new Tabs();
  before = await open();
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

const open = () => stage.meter('antiphon_open{door="ws"}');

/** How many connections there are that were not there before. */
function connections(count: number): Promise<void> {
  return until(async () => expect((await open()) - before).toBe(count));
}

interface Opened extends Person {
  readonly tab: Tab;
}

/** The same person in one more tab. */
async function inTab(
  who: Person['who'],
  options: Partial<ChatClientOptions> = {},
  browser = tabs,
): Promise<Opened> {
  const tab = browser.open();
  const chat = stage.client({ auth: who.token, ...tab.options, ...options });
  await chat.connect();
  return { tab, chat, who };
}

/** A person in so many tabs. */
async function tabsOf(name: string, count: number): Promise<Opened[]> {
  const { who } = await stage.guest(name);
  const opened: Opened[] = [];
  for (let index = 0; index < count; index += 1) opened.push(await inTab(who));
  return opened;
}

/** Waits until these rooms say exactly this. */
function say(rooms: Room[], ...words: string[]): Promise<void> {
  return until(() => {
    for (const room of rooms) expect(texts(room)).toEqual(words);
  });
}

/** Ends tabs that a test is done with, and waits until nothing is left of them. */
async function close(...opened: { chat: ChatClient; tab: Tab }[]): Promise<void> {
  for (const { tab } of opened) tab.thaw();
  await Promise.all(opened.map(({ chat }) => chat.disconnect()));
  await connections(0);
}

describe('one connection', () => {
  test('carries several tabs: each gets its own answers, and the events of its rooms', async () => {
    const opened = await tabsOf('Ada', 3);
    const [one, two, three] = opened as [Opened, Opened, Opened];
    await connections(1);
    const [common, other] = [await stage.room(one), await stage.room(one)];
    const rooms = [await enter(one, common), await enter(two, common)];
    const apart = await enter(three, other);
    // A request of each under the same number, all at once.
    const found = await Promise.all(
      opened.map(({ chat }) => chat.ask({ type: 'list_members', room: common })),
    );
    expect(found.map(({ members }) => members.map(({ name }) => name))).toEqual([['Ada'], ['Ada'], ['Ada']]);
    await two.chat.sendMessage(common, 'in common').settled;
    await three.chat.sendMessage(other, 'apart').settled;
    await say(rooms, 'in common');
    await say([apart], 'apart');
    await connections(1);
    await close(...opened);
  });

  test('a tab that joins a room of another one catches up from its own cursor, and the other loses nothing', async () => {
    const [one, two] = (await tabsOf('Ada', 2)) as [Opened, Opened];
    const id = await stage.room(one);
    const [room, late] = [await enter(one, id), await enter(two, id)];
    late.leave();
    await until(() => expect(late.state).toBe('left'));
    for (const text of ['a', 'b', 'c']) await room.sendMessage(text).settled;
    const again = await enter(two, id, { history: 2 });
    expect(texts(again)).toEqual(['b', 'c']);
    await room.sendMessage('d').settled;
    await again.sendMessage('e').settled;
    await say([room], 'a', 'b', 'c', 'd', 'e');
    await say([again], 'b', 'c', 'd', 'e');
    await close(one, two);
  });

  test('text that streams while tabs come into the room grows in all of them, without a hole', async () => {
    const [one, two] = (await tabsOf('Ada', 2)) as [Opened, Opened];
    const id = await stage.room(one);
    const words = Array.from({ length: 60 }, (_, index) => `word ${index} `);
    const speak = async ({ reply }: { reply: { text(text: string): Promise<unknown> } }) => {
      for (const word of words) {
        await reply.text(word);
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    };
    const bot = await stage.bot(one, id, speak, { trigger: { on: 'always' } });
    const room = await enter(one, id);
    await room.sendMessage('tell').settled;
    const text = (of: Room) => of.messages.slice(1, 2).map(textOf).join('');
    await until(() => expect(text(room)).toContain('word 5 '));
    const second = await enter(two, id);
    await until(() => expect(text(second)).toContain('word 15 '));
    two.chat.leaveRoom(id);
    await until(() => expect(second.state).toBe('left'));
    const third = await enter(two, id);
    for (const one of [room, third]) await until(() => expect(one.messages[1]?.status).toBe('complete'));
    expect([text(room), text(third)]).toEqual([words.join(''), words.join('')]);
    await bot.close({ drainMs: 0 });
    await close(one, two);
  });

  test('a room is left when its last tab leaves it, and a tab outside is told what is unread', async () => {
    const [one, two] = (await tabsOf('Ada', 2)) as [Opened, Opened];
    const bob = await stage.person('Bob');
    const id = await stage.room(bob);
    const [room, same] = [await enter(one, id), await enter(two, id)];
    const left = await stage.asked('leave_room');
    const unread: object[] = [];
    same.leave();
    await until(() => expect(same.state).toBe('left'));
    (two.chat as unknown as { frames: { add(heard: (frame: object) => void): void } }).frames.add((frame) =>
      unread.push(frame),
    );
    await bob.chat.sendMessage(id, 'hello').settled;
    await say([room], 'hello');
    await until(() => expect(unread).toContainEqual({ type: 'unread', room: id, ordinal: 1 }));
    expect(await stage.asked('leave_room')).toBe(left);
    room.leave();
    await until(async () => expect(await stage.asked('leave_room')).toBe(left + 1));
    await bob.chat.disconnect();
    await close(one, two);
  });

  test('a tab that dies without a word leaves the rooms that only it held', async () => {
    const [one, two] = (await tabsOf('Ada', 2)) as [Opened, Opened];
    await enter(two, await stage.room(one));
    const left = await stage.asked('leave_room');
    two.tab.kill();
    await until(async () => expect(await stage.asked('leave_room')).toBe(left + 1));
    await close(one);
  });

  test('is not shared by different users, nor with those whose token does not say who they are', async () => {
    const { who: ada } = await stage.guest('Ada');
    const { who: bob } = await stage.guest('Bob');
    const opened = [await inTab(ada), await inTab(bob), await inTab(ada)];
    expect(opened.map(({ chat }) => chat.user?.name)).toEqual(['Ada', 'Bob', 'Ada']);
    await connections(2);
    const ticket = await fetch(`${stage.server.url}/v1/tickets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ada.token}` },
    });
    const { ticket: token } = (await ticket.json()) as { ticket: string };
    const alone = await inTab({ ...ada, token });
    expect(alone.chat.user?.name).toBe('Ada');
    await connections(3);
    await close(...opened, alone);
  });

  test('signing out in one tab leaves the other where it is', async () => {
    const [one, two] = (await tabsOf('Ada', 2)) as [Opened, Opened];
    const id = await stage.room(two);
    const room = await enter(two, id);
    await one.chat.disconnect({ forget: true });
    await until(() => expect(two.chat.status.state).toBe('connected'));
    await room.sendMessage('still here').settled;
    expect(two.chat.user?.name).toBe('Ada');
    await connections(1);
    await close(two);
  });

  test('the version that tabs compare is that of the package', async () => {
    const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(VERSION).toBe(version);
  });
});

/** Another token of the same guest: those of one second are the same. */
async function renewed(held: string): Promise<string> {
  for (;;) {
    const { token } = await refreshGuest(held, { url: stage.server.url });
    if (token !== held) return token;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe('tokens', () => {
  test('a new one of any tab is that of all', async () => {
    const { who } = await stage.guest('Ada');
    const reasons: string[][] = [[], []];
    const dialled: string[] = [];
    let late = 0;
    let welcomed = 0;
    const now = () => Date.now() + late;
    const opened: Opened[] = [];
    for (const asked of reasons) {
      const tab = tabs.open();
      const { shareTabs } = tab.options;
      const auth: ChatClientOptions['auth'] = async ({ reason }) => {
        asked.push(reason);
        return reason === 'connect' ? who.token : renewed(who.token);
      };
      const chat = stage.client({
        auth,
        now,
        logger: (event) => (welcomed += event === 'welcome' ? 1 : 0),
        ...tab.options,
        shareTabs: (dial) =>
          shareTabs((by, server, events, token) => {
            dialled.push(token);
            return dial(by, server, events, token);
          }),
      });
      await chat.connect();
      opened.push({ tab, chat, who });
    }
    await connections(1);
    expect(dialled).toEqual([who.token]);
    // Tokens of guests live for thirty days, and are renewed after four fifths of that.
    late = 26 * 24 * 60 * 60 * 1_000;
    await opened[1]!.chat.connect();
    await until(() => expect(welcomed).toBe(4));
    late = 0;
    // The other one had it from the first: it comes back with the new token, and asks nobody for one.
    opened[1]!.tab.kill();
    stage.cut();
    await until(() => expect(dialled).toHaveLength(2));
    await connections(1);
    expect(dialled[1]).not.toBe(who.token);
    expect(reasons).toEqual([['connect'], ['connect', 'expiring']]);
    await close(opened[0]!);
  });
});

describe('when the tab that holds the connection', () => {
  test('is closed, another one takes over, and nothing is lost or doubled', async () => {
    const opened = await tabsOf('Ada', 3);
    const [one, two, three] = opened as [Opened, Opened, Opened];
    const bob = await stage.person('Bob');
    before += 1;
    const id = await stage.room(bob);
    const rooms = [await enter(two, id), await enter(three, id)];
    await enter(one, id);
    const words = Array.from({ length: 40 }, (_, index) => `word ${index}`);
    for (const [index, word] of words.entries()) {
      if (index === 20) one.tab.kill();
      await bob.chat.sendMessage(id, word).settled;
    }
    await say(rooms, ...words);
    await connections(1);
    expect(rooms.map(({ recovered }) => recovered)).toEqual(['replayed', 'replayed']);
    await rooms[0]!.sendMessage('after').settled;
    await say(rooms, ...words, 'after');
    await bob.chat.disconnect();
    before -= 1;
    await close(two, three);
  });

  test('says goodbye, another one takes over at once, and what was being sent arrives once', async () => {
    const [one, two] = (await tabsOf('Ada', 2)) as [Opened, Opened];
    const id = await stage.room(two);
    const room = await enter(two, id);
    const sent = Array.from({ length: 8 }, (_, index) => room.sendMessage(`word ${index}`));
    void one.chat.disconnect();
    await Promise.all(sent.map(({ settled }) => settled));
    await say([room], ...sent.map((_, index) => `word ${index}`));
    const log = await stage.log(two, id);
    expect(log.filter(({ type }) => type === 'message')).toHaveLength(8);
    await connections(1);
    await close(two);
  });

  test('is frozen, another one takes the connection from it; and it comes back as one of many', async () => {
    const [one, two] = (await tabsOf('Ada', 2)) as [Opened, Opened];
    const id = await stage.room(two);
    const [room, frozen] = [await enter(two, id), await enter(one, id)];
    one.tab.freeze();
    await room.sendMessage('nobody is stopped').settled;
    await say([room], 'nobody is stopped');
    one.tab.thaw();
    await say([frozen], 'nobody is stopped');
    await frozen.sendMessage('back').settled;
    await say([room, frozen], 'nobody is stopped', 'back');
    await connections(1);
    await close(one, two);
  });

  test('is frozen before another one comes, that one does not wait for it', async () => {
    const [one] = (await tabsOf('Ada', 1)) as [Opened];
    one.tab.freeze();
    const two = await inTab(one.who);
    expect(two.chat.status.state).toBe('connected');
    one.tab.thaw();
    await connections(1);
    await close(one, two);
  });

  test('loses it, all come back by one', async () => {
    const opened = await tabsOf('Ada', 3);
    const [one] = opened as [Opened];
    const id = await stage.room(one);
    const rooms = await Promise.all(opened.map((tab) => enter(tab, id)));
    stage.cut();
    await until(() => expect(opened.map(({ chat }) => chat.status.attempt)).not.toContain(0));
    await until(() =>
      expect(opened.map(({ chat }) => chat.status)).toMatchObject(Array(3).fill({ state: 'connected' })),
    );
    await rooms[2]!.sendMessage('back').settled;
    await say(rooms, 'back');
    await connections(1);
    await close(...opened);
  });
});

test('a tab that does not read is let go of, and catches up when it does', async () => {
  const [one, two] = (await tabsOf('Ada', 2)) as [Opened, Opened];
  const id = await stage.room(one);
  const [room, slow] = [await enter(one, id), await enter(two, id)];
  two.tab.stall();
  const long = 'x'.repeat(60_000);
  const count = 70;
  for (let index = 0; index < count; index += 1) await room.sendMessage(`${index} ${long}`).settled;
  two.tab.thaw();
  await until(() => expect(slow.messages.at(-1)).toMatchObject({ status: 'complete' }));
  await until(() => expect(texts(slow).at(-1)?.slice(0, 3)).toBe('69 '));
  expect(new Set(texts(slow)).size).toBe(slow.messages.length);
  expect([slow.recovered, room.recovered]).toEqual(['replayed', 'fresh']);
  await close(one, two);
});
