/** B11: a room's log, folded: whoever saw it live, caught up, paged through it or got it twice sees the same. */
import { expect, test } from 'vitest';
import type { Message } from '../src/model/message.ts';
import { Agents } from '../src/room/agents.ts';
import type { Place } from '../src/room/core.ts';
import { RoomLog } from '../src/room/log.ts';
import { People } from '../src/room/people.ts';
import type { Wire } from '../src/wire/words.ts';
import { chance, type Chance } from './random.ts';

const AT = '2026-11-20T14:02:07.042Z';

function emptyLog(): RoomLog {
  // Nothing is asked here.
  const place = {} as Place;
  return new RoomLog(new People(place), new Agents(place));
}

function join(log: RoomLog, entries: Wire.Entry[], head: number, mode: Wire.JoinMode = 'fresh'): void {
  log.begin({
    room: 'r',
    mode,
    epoch: 'e',
    head,
    entries,
    more: false,
    streams: [],
    bots: [],
    members: [],
    member_count: 0,
    ordinal: 0,
    read: 0,
    signals: { typing: [], presence: [] },
    me: { user: 'ada', kind: 'person', name: 'Ada', role: 'member', joined_at: AT },
    info: { id: 'r', kind: 'group', visibility: 'public', name: 'r', created_by: 'ada', created_at: AT },
  });
  for (const entry of entries) log.apply(entry, 'ada');
}

/** A room's life: messages said, edited, reacted to and deleted, and the state of each after all of it. */
function life(dice: Chance): { live: Wire.Entry[]; stored: Wire.Entry[] } {
  const live: Wire.Entry[] = [];
  const now = new Map<string, Wire.Message>();
  const write = (body: object, by = 'bob') => {
    const entry = {
      ...structuredClone(body),
      room: 'r',
      seq: live.length + 1,
      at: AT,
      by,
    } as unknown as Wire.Entry;
    live.push(entry);
  };
  for (let index = dice.between(5, 60); index > 0; index -= 1) {
    const seq = live.length + 1;
    const message = now.size > 0 && dice.next() < 0.6 ? dice.pick([...now.values()]) : undefined;
    if (!message || message.deleted_at) {
      const sender = dice.pick(['ada', 'bob']);
      const id = `m${seq}`;
      const said: Wire.Message = {
        id,
        room: 'r',
        sender,
        seq,
        ordinal: now.size + 1,
        rev: seq,
        at: AT,
        status: 'complete',
        parts: [{ type: 'text', text: id }],
      };
      now.set(id, said);
      write({ type: 'message', message: said }, sender);
      continue;
    }
    message.rev = seq;
    const by = dice.pick(['ada', 'bob', 'cy']);
    const kind = dice.pick(['edit', 'delete', 'react', 'react', 'mark', 'mark']);
    if (kind === 'edit') {
      message.parts = [{ type: 'text', text: `edited at ${seq}` }];
      message.edited_at = AT;
      write({ type: 'message_edited', message }, message.sender);
    } else if (kind === 'delete') {
      message.parts = [];
      message.reactions = [];
      message.deleted_at = AT;
      delete message.pinned_at;
      delete message.pinned_by;
      write({ type: 'message_deleted', message_id: message.id }, message.sender);
    } else if (kind === 'mark') {
      const active = message.pinned_at === undefined;
      delete message.pinned_at;
      delete message.pinned_by;
      if (active) Object.assign(message, { pinned_at: AT, pinned_by: by });
      write({ type: 'message_marked', mark: 'pinned', active, message }, by);
    } else {
      const held = message.reactions?.find(({ emoji }) => emoji === '👍') ?? {
        emoji: '👍',
        count: 0,
        users: [],
      };
      const active = !held.users.includes(by);
      const users = active ? [...held.users, by] : held.users.filter((user) => user !== by);
      message.reactions = users.length > 0 ? [{ emoji: '👍', count: users.length, users }] : [];
      write({ type: 'reaction', message_id: message.id, emoji: '👍', active }, by);
    }
  }
  const stored = live.map((entry) => {
    if (entry.type !== 'message') return entry;
    return { ...entry, message: structuredClone(now.get(entry.message.id)!) };
  });
  return { live, stored };
}

function picture(log: RoomLog): Partial<Message>[] {
  log.messages.publish();
  return log.messages.keys.map((key) => {
    const { id, parts, reactions, deletedAt, pinnedAt, pinnedBy, seq, own } = log.messages.get(key)!;
    return { key, id, parts, reactions, deletedAt, pinnedAt, pinnedBy, seq, own };
  });
}

test('live, caught up, paged and doubled give the same messages', { timeout: 60_000 }, () => {
  const dice = chance();
  for (let round = 0; round < 200; round += 1) {
    const { live, stored } = life(dice);
    const followed = emptyLog();
    join(followed, [], 0);
    for (const entry of live) followed.apply(entry, 'ada');

    const late = emptyLog();
    join(late, stored, stored.length);

    // Saw some of it live, lost the connection, caught up with some of it doubled.
    const broken = emptyLog();
    const cut = dice.between(0, live.length);
    join(broken, [], 0);
    for (const entry of live.slice(0, cut)) broken.apply(entry, 'ada');
    join(broken, stored.slice(Math.max(0, cut - dice.between(0, 5))), stored.length, 'resumed');

    // Joined at the end and read backwards.
    const reader = emptyLog();
    let lowest = dice.between(0, stored.length);
    join(reader, stored.slice(lowest), stored.length);
    while (lowest > 0) {
      const from = Math.max(0, lowest - dice.between(1, 10));
      reader.expectPage();
      reader.prepend(stored.slice(from, lowest), from > 0, 'ada');
      lowest = from;
    }

    const expected = picture(followed);
    const hint = `seed ${dice.seed}, round ${round}`;
    expect(picture(late), hint).toEqual(expected);
    expect(picture(broken), hint).toEqual(expected);
    expect(picture(reader), hint).toEqual(expected);
  }
});

test('a hole is noticed and nothing after it applied', () => {
  const { live } = life(chance(7));
  const log = emptyLog();
  join(log, [], 0);
  log.apply(live[0]!, 'ada');
  expect(log.apply(live[2]!, 'ada')).toBe('hole');
  expect(log.apply(live[0]!, 'ada')).toBe('old');
  expect(log.seq).toBe(1);
});

test('what changes a message from before what is held does not put it where others are missing', () => {
  const { live } = life(chance(7));
  const first = live[0] as Extract<Wire.Entry, { type: 'message' }>;
  const log = emptyLog();
  const marked = { type: 'message_marked', mark: 'pinned', active: true } as const;
  join(log, [{ ...marked, message: first.message, room: 'r', seq: 900, at: AT, by: 'bob' }], 900);
  expect(picture(log)).toEqual([]);
});

test('what happens to a message while its page is on the way is not lost', () => {
  const { live } = life(chance(7));
  const first = live[0] as Extract<Wire.Entry, { type: 'message' }>;
  const log = emptyLog();
  join(log, live.slice(1, 2), 2);
  log.expectPage();
  log.apply(
    { type: 'message_deleted', message_id: first.message.id, room: 'r', seq: 3, at: AT, by: 'bob' },
    'ada',
  );
  log.prepend([first], false, 'ada');
  log.messages.publish();
  expect(log.messages.get(first.message.id)?.deletedAt).toBeDefined();
});

test('a message keeps its key when another sender uses the same id', () => {
  const log = emptyLog();
  join(log, [], 0);
  const message: Wire.Message = {
    id: 'x',
    room: 'r',
    sender: 'bob',
    seq: 1,
    ordinal: 1,
    rev: 1,
    at: AT,
    status: 'complete',
    parts: [],
  };
  log.apply({ type: 'message', message, room: 'r', seq: 1, at: AT, by: 'bob' }, 'ada');
  const other = { ...message, sender: 'mallory', seq: 2, rev: 2 };
  log.apply({ type: 'message', message: other, room: 'r', seq: 2, at: AT, by: 'mallory' }, 'ada');
  log.messages.publish();
  expect(log.messages.keys).toEqual(['x', 'mallory/x']);
  expect(log.messages.get('x')?.sender).toBe('bob');
});

test('only the oldest messages are forgotten, and what is before them is history again', () => {
  const log = emptyLog();
  join(log, [], 0);
  for (let seq = 1; seq <= 30; seq += 1) {
    const message: Wire.Message = {
      id: `m${seq}`,
      room: 'r',
      sender: 'bob',
      seq,
      ordinal: seq,
      rev: seq,
      at: AT,
      status: 'complete',
      parts: [],
    };
    log.apply({ type: 'message', message, room: 'r', seq, at: AT, by: 'bob' }, 'ada');
  }
  log.trim(10);
  log.messages.publish();
  expect(log.messages.keys).toHaveLength(10);
  expect(log.lowest).toBe(21);
  expect(log.messages.get('m1')).toBeUndefined();
});
