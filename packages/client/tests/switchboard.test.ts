/** E1, B11: which frame of the one line is whose, told frame by frame. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type Asked, type Port, Switchboard } from '../src/tabs/switchboard.ts';

type Frame = Record<string, unknown>;

/** A tab, and what it heard. */
class Tab implements Port {
  readonly heard: Frame[] = [];

  deliver(data: string): void {
    for (const line of data.split('\n')) this.heard.push(JSON.parse(line) as Frame);
  }

  /** What it heard since it was asked last. */
  news(): Frame[] {
    return this.heard.splice(0);
  }
}

const SESSION = { type: 'authenticated', user: { id: 'ada' }, expires_at: '2030-01-01T00:00:00Z' };
const SIGNALS = { typing: [], presence: [] };
const entry = (seq: number) => ({ type: 'member_left', room: 'r', seq, user: `u${seq}` });
const joined = (more: Frame = {}) => ({
  type: 'joined',
  room: 'r',
  head: 2,
  more: false,
  entries: [entry(1), entry(2)],
  streams: [],
  signals: SIGNALS,
  ...more,
});

let sent: Frame[];
let board: Switchboard;
let one: Tab;
let two: Tab;

/** The server says these. */
const says = (...frames: Frame[]) => board.received(frames.map((frame) => JSON.stringify(frame)).join('\n'));
/** The server answers the request that was sent last. */
const answers = (frame: Frame) => says({ ...frame, ref: sent.at(-1)?.['ref'] });
const asks = (tab: Tab, asked: Asked) => board.request(tab, asked);

/** A tab joins the room `r`, and the server lets it. */
function joins(tab: Tab, more: Frame = {}, answer: Frame = {}): void {
  asks(tab, { type: 'join_room', room: 'r', ref: 7, ...more });
  answers(joined(answer));
}

beforeEach(() => {
  sent = [];
  board = new Switchboard((frame) => void sent.push(frame as Frame));
  [one, two] = [new Tab(), new Tab()];
  asks(one, { type: 'authenticate', token: 'a', ref: 1 });
  answers(SESSION);
  asks(two, { type: 'authenticate', token: 'b', ref: 1 });
  sent = [];
});

describe('signing in', () => {
  test('is done once; who comes later is told by whom, and by which token', () => {
    const welcome = { ...SESSION, token: 'a', ref: 1 };
    expect([one.heard, two.heard]).toEqual([[welcome], [welcome]]);
    expect(sent).toEqual([]);
  });

  test('who comes before the first is signed in waits', () => {
    const late = new Switchboard((frame) => void sent.push(frame as Frame));
    const [first, second] = [new Tab(), new Tab()];
    late.request(first, { type: 'authenticate', token: 'a', ref: 3 });
    late.request(second, { type: 'authenticate', token: 'b', ref: 4 });
    expect([sent.length, second.heard]).toEqual([1, []]);
    late.received(JSON.stringify({ ...SESSION, ref: 1 }));
    expect([first.heard[0]?.['ref'], second.heard[0]?.['ref']]).toEqual([3, 4]);
  });

  test('a new token of one tab renews the line, and is told to all', () => {
    [one, two].forEach((tab) => tab.news());
    asks(two, { type: 'authenticate', token: 'c', ref: 2 });
    expect(sent).toEqual([{ type: 'authenticate', token: 'c', ref: 2 }]);
    answers(SESSION);
    expect(one.news()).toEqual([{ ...SESSION, token: 'c' }]);
    expect(two.news()).toEqual([{ ...SESSION, token: 'c', ref: 2 }]);
  });

  test('a farewell to a token reaches whose token it was, any other one all', () => {
    [one, two].forEach((tab) => tab.news());
    asks(two, { type: 'authenticate', token: 'bad', ref: 2 });
    says({ type: 'bye', code: 4500 });
    expect([one.news(), two.news().length]).toEqual([[], 1]);
    says({ type: 'bye', code: 4000 });
    expect([one.news().length, two.news().length]).toEqual([1, 1]);
  });
});

describe('a room', () => {
  beforeEach(() => {
    joins(one);
    [one, two].forEach((tab) => tab.news());
  });

  test('is heard by those whose join was answered', () => {
    asks(two, { type: 'join_room', room: 'r', ref: 9 });
    says(entry(3));
    expect([one.news(), two.news()]).toEqual([[entry(3)], []]);
    answers(joined());
    says(entry(4));
    expect([one.news().at(-1), two.news().at(-1)]).toEqual([entry(4), entry(4)]);
  });

  test('what one join answers is told to those inside, who would hear it from nobody else', () => {
    const stream = {
      message_id: 'm',
      part: 0,
      generation: 1,
      at: 0,
      end: 2,
      text: 'hi',
      value: { type: 'text' },
    };
    joins(two, {}, { streams: [stream] });
    const about = { room: 'r', message_id: 'm', part: 0, generation: 1 };
    expect(one.news()).toEqual([
      { type: 'entries', room: 'r', entries: [entry(1), entry(2)], more: false },
      { type: 'part', ...about, value: { type: 'text' } },
      { type: 'append', ...about, at: 0, end: 2, text: 'hi' },
      { type: 'caught_up', room: 'r', seq: 2, signals: SIGNALS },
    ]);
    expect(two.news()).toEqual([{ ...joined({ streams: [stream] }), ref: 7 }]);
  });

  test('is asked for as wide as all of them want it, and each hears what it wants', () => {
    joins(two, { receive: ['typing'] });
    expect(sent.at(-1)).toMatchObject({ type: 'join_room' });
    expect(sent.at(-1)?.['receive']).toBeUndefined();
    [one, two].forEach((tab) => tab.news());
    const frames = ['typing', 'presence', 'append'].map((type) => ({ type, room: 'r' }));
    says(...frames);
    expect([one.news(), two.news()]).toEqual([frames, frames.slice(0, 1)]);
  });

  test('is left when its last tab leaves it, or is gone', () => {
    joins(two);
    sent = [];
    asks(one, { type: 'leave_room', room: 'r', ref: 8 });
    expect([sent, one.news().at(-1)]).toEqual([[], { type: 'ok', ref: 8 }]);
    board.leave(two);
    expect(sent).toEqual([{ type: 'leave_room', room: 'r' }]);
  });

  test('a membership that ends is told to the server, whoever is inside', () => {
    joins(two);
    sent = [];
    asks(one, { type: 'leave_room', room: 'r', forget: true, ref: 8 });
    expect(sent).toMatchObject([{ type: 'leave_room', room: 'r', forget: true }]);
  });

  test('whose join was refused hears nothing of it', () => {
    asks(two, { type: 'join_room', room: 'r', ref: 9 });
    answers({ type: 'error', code: 'forbidden', message: 'no' });
    expect(two.news()).toEqual([{ type: 'error', code: 'forbidden', message: 'no', ref: 9 }]);
    says(entry(3));
    expect([one.news(), two.news()]).toEqual([[entry(3)], []]);
  });

  test('who is outside is told what is unread', () => {
    const message = { type: 'message', room: 'r', seq: 3, message: { id: 'm', ordinal: 5 } };
    says(message);
    expect([one.news(), two.news()]).toEqual([[message], [{ type: 'unread', room: 'r', ordinal: 5 }]]);
  });
});

test('a tab that is gone gets no answers, and the line is kept alive for the others', () => {
  one.news();
  asks(one, { type: 'list_rooms', ref: 5 });
  board.leave(one);
  answers({ type: 'ok', rooms: [] });
  asks(two, { type: 'pong' });
  says({ type: 'ping' });
  expect([one.news(), two.news().at(-1)]).toEqual([[], { type: 'ping' }]);
  expect(sent.filter(({ type }) => type === 'pong')).toHaveLength(1);
});
