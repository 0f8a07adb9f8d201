/** B9: many changes, few publications; what ends something does not wait. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LAZY, NOW, SOON, Store, type Urgency } from '../src/store/store.ts';

let published = 0;
const source = { publish: () => (published++, []) };

beforeEach(() => {
  published = 0;
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

const make = (mode: 'frame' | 'sync' | number) => new Store(mode, () => Date.now());

function change(store: Store, urgency: Urgency): void {
  store.change(source, urgency);
  store.settle();
}

test('200 tokens a second become 60 publications', () => {
  const store = make('frame');
  for (let n = 0; n < 200; n += 1) {
    change(store, LAZY);
    vi.advanceTimersByTime(5);
  }
  expect(published).toBeGreaterThan(40);
  expect(published).toBeLessThanOrEqual(63);
});

test('an end is published at once, with all that waited', () => {
  const store = make(500);
  change(store, LAZY);
  expect(published).toBe(0);
  change(store, NOW);
  expect(published).toBe(1);
  vi.advanceTimersByTime(1_000);
  expect(published).toBe(1);
});

test('an entry is published at once unless many come', () => {
  const store = make('frame');
  change(store, SOON);
  expect(published).toBe(1);
  for (let n = 0; n < 50; n += 1) change(store, SOON);
  expect(published).toBe(1);
  vi.advanceTimersByTime(16);
  expect(published).toBe(2);
});

test('a listener hears only of what it selected', () => {
  const store = make('sync');
  let value = 1;
  const heard: number[] = [];
  const off = store.subscribe(
    () => value,
    (next) => heard.push(next),
  );
  change(store, NOW);
  value = 2;
  change(store, NOW);
  off();
  value = 3;
  change(store, NOW);
  expect(heard).toEqual([2]);
});
