/** B3, B11, B13: the outbox in order, bounded, and across reloads. */
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ChatError, type Message, type OutboxEntry } from '../src/index.ts';
import { indexedDbOutbox } from '../src/indexeddb.ts';
import { Outbox } from '../src/outbox/outbox.ts';
import type { OutboxStorage } from '../src/outbox/storage.ts';

interface Sent {
  entry: OutboxEntry;
  done: (message: Message) => void;
  failed: (error: ChatError) => void;
}

/** An outbox whose server is the test. */
function make(storage?: OutboxStorage) {
  const wire: Sent[] = [];
  const errors: ChatError[] = [];
  const refused: ChatError[] = [];
  const state = { ready: true };
  const outbox = new Outbox({
    now: () => Date.now(),
    options: { outbox: storage ?? 'memory' },
    ready: () => state.ready,
    send: (entry, done, failed) => void wire.push({ entry, done, failed }),
    changed: () => undefined,
    error: (error) => void errors.push(error),
  });
  const add = (key: string, text = key) =>
    outbox
      .add({ key, room: 'r', parts: [{ type: 'text', text }], replyTo: undefined, to: [] })
      .catch((error: unknown) => void refused.push(error as ChatError));
  const states = () => outbox.of('r').map(({ key, state: how }) => `${key} ${how}`);
  const onWire = () => wire.map(({ entry }) => entry.key);
  return { outbox, wire, errors, refused, state, add, states, onWire };
}

const lost = new ChatError('disconnected', 'gone', { retryable: true });
const busy = new ChatError('rate_limited', 'slowly', { retryable: true, retryAfterMs: 3_000 });
const never = new ChatError('too_large', 'too large');
const stored = {} as Message;

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
afterEach(() => vi.useRealTimers());

describe('the line of a room', () => {
  test('keeps eight messages on the wire, in order', () => {
    const { add, wire, onWire } = make();
    for (let n = 0; n < 12; n += 1) void add(`m${n}`);
    expect(onWire()).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7']);
    wire[0]!.done(stored);
    wire[1]!.done(stored);
    expect(onWire().slice(8)).toEqual(['m8', 'm9']);
  });

  test('starts again in the same order after a loss, which costs no try', () => {
    const { outbox, add, wire, state, onWire, states } = make();
    void add('a');
    void add('b');
    for (let loss = 0; loss < 10; loss += 1) {
      state.ready = false;
      wire.splice(0).forEach(({ failed }) => failed(lost));
      expect(states()).toEqual(['a queued', 'b queued']);
      state.ready = true;
      outbox.pumpAll();
      expect(onWire()).toEqual(['a', 'b']);
    }
  });

  test('waits as long as the server asked, and nothing overtakes', () => {
    const { add, wire, onWire, states } = make();
    void add('a');
    wire[0]!.failed(busy);
    void add('b');
    expect(states()).toEqual(['a queued', 'b queued']);
    vi.advanceTimersByTime(2_999);
    expect(onWire()).toEqual(['a']);
    vi.advanceTimersByTime(1);
    expect(onWire()).toEqual(['a', 'a', 'b']);
  });

  test('gives a message up after five refusals for now, or one for good, and goes on with the next', async () => {
    const { add, wire, states, refused } = make();
    void add('a');
    for (let attempt = 0; attempt < 5; attempt += 1) {
      wire.at(-1)!.failed(busy);
      vi.advanceTimersByTime(3_000);
    }
    expect(states()).toEqual(['a failed']);
    void add('b');
    wire.at(-1)!.failed(never);
    void add('c');
    expect(states()).toEqual(['a failed', 'b failed', 'c sending']);
    await Promise.resolve();
    expect(refused.map(({ code }) => code)).toEqual(['rate_limited', 'too_large']);
  });

  test('holds 200 messages and no more', async () => {
    const { outbox, state, add, refused } = make();
    state.ready = false;
    for (let n = 0; n < 200; n += 1) void add(`m${n}`);
    await add('one more');
    expect(refused.map(({ code }) => code)).toEqual(['outbox_full']);
    expect(outbox.waiting).toBe(200);
  });

  test('does not send what waited for more than a day, unless asked to', () => {
    const { outbox, state, add, states, onWire } = make();
    state.ready = false;
    void add('old');
    vi.advanceTimersByTime(25 * 3_600_000);
    state.ready = true;
    outbox.pumpAll();
    expect([states(), onWire()]).toEqual([['old failed'], []]);
    outbox.retry('old');
    expect(onWire()).toEqual(['old']);
  });

  test('a message on the wire cannot be taken back; one that waits can', () => {
    const { outbox, state, add, states } = make();
    void add('sent');
    state.ready = false;
    void add('waits');
    expect([outbox.discard('sent'), outbox.discard('waits')]).toEqual([false, true]);
    expect(states()).toEqual(['sent sending']);
  });
});

describe('IndexedDB', () => {
  test('what was not sent is there after a reload, in order, and leaves when it is', async () => {
    vi.useRealTimers();
    const before = make(indexedDbOutbox());
    before.outbox.open('server');
    await before.outbox.adopt('ada');
    ['a', 'b', 'c'].forEach((key) => void before.add(key));
    before.wire[1]!.done(stored);
    await settled();
    before.outbox.close();

    const after = make(indexedDbOutbox());
    after.outbox.open('server');
    await after.outbox.adopt('ada');
    expect(after.onWire()).toEqual(['a', 'c']);
    after.wire.forEach(({ done }) => done(stored));
    await settled();
    after.outbox.close();

    const last = make(indexedDbOutbox());
    last.outbox.open('server');
    await last.outbox.adopt('ada');
    expect(last.states()).toEqual([]);
    last.outbox.close();
  });

  test('nobody sends what another user wrote', async () => {
    vi.useRealTimers();
    const ada = make(indexedDbOutbox());
    ada.outbox.open('shared');
    await ada.outbox.adopt('ada');
    void ada.add('from ada');
    await settled();
    await ada.outbox.adopt('bob');
    expect(ada.states()).toEqual([]);
    ada.outbox.close();
    const bob = make(indexedDbOutbox());
    bob.outbox.open('shared');
    await bob.outbox.adopt('bob');
    expect(bob.onWire()).toEqual([]);
    bob.outbox.close();
  });

  test('where it does not work, the outbox goes on in memory and says so once', async () => {
    const broken = () => Promise.reject(new Error('denied'));
    const storage: OutboxStorage = {
      open: broken,
      load: broken,
      put: broken,
      remove: broken,
      clear: broken,
      close: () => undefined,
    };
    const { outbox, add, onWire, errors } = make(storage);
    outbox.open('server');
    await outbox.adopt('ada');
    void add('a');
    void add('b');
    await Promise.resolve();
    expect(onWire()).toEqual(['a', 'b']);
    expect(errors.map(({ code }) => code)).toEqual(['storage']);
  });
});

/** Lets the stand-in for IndexedDB come to rest: by turns of the event loop, which a busy machine does not shorten. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
