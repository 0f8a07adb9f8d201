// The connection goes away in the middle of an answer and comes back: nothing that was read is taken back or doubled.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asks, finished, stored, wordsOf } from '../src/asking.ts';
import { openBrowser } from '../src/browser.ts';
import { Person } from '../src/person.ts';
import { FaultProxy } from '../src/proxy.ts';
import { Server } from '../src/server.ts';
import { copied, seen, watch } from '../src/watcher.ts';

/** A story takes two minutes where nobody is in a hurry, and nobody waits for its end. */
const PATIENCE_MS = 180_000;

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

/** Waits until the page shows this many letters of the answer, or all of them. */
async function reads(person: Person, letters: number): Promise<void> {
  await expect
    .poll(async () => (await seen(person.page)).letters, { timeout: 60_000 })
    .toBeGreaterThanOrEqual(letters);
}

/** The answer is on the page as it is in the log, and was never less than it had been. */
async function isWhole(person: Person, server: Server, key: string, status = 'complete'): Promise<void> {
  const answer = await finished(person, key);
  const message = (await stored(server)).find(({ id }) => id === key);
  expect(message?.status).toBe(status);
  expect(await copied(answer)).toBe(wordsOf(message));
  const { losses, copies } = await seen(person.page);
  expect(losses).toEqual([]);
  expect(copies).toBe(1);
}

test(
  'B7 F2: cut, reset, and cut in the middle of a frame while an answer streams: it goes on where it was',
  { timeout: PATIENCE_MS },
  async () => {
    await using server = await Server.start();
    await using proxy = await FaultProxy.start(server.port);
    const ada = await Person.enter(browser, proxy.origin, 'Ada');
    const key = await asks(ada, '@demo story');
    await watch(ada.page, key);
    const faults = [
      () => proxy.cut(),
      () => proxy.reset(),
      // 250 bytes are more than one frame of an answer and less than three.
      () => proxy.resetAfter('down', 250),
    ];
    for (const [index, fault] of faults.entries()) {
      await reads(ada, 40 + 150 * index);
      const before = proxy.accepted;
      fault();
      await expect.poll(() => proxy.accepted, { timeout: 60_000 }).toBeGreaterThan(before);
      await ada.sees('Live');
    }
    // It was at work all the time, and would be for longer.
    await reads(ada, 40 + 150 * faults.length);
    await ada.page.getByRole('button', { name: 'Stop Demo' }).click();
    await isWhole(ada, server, key, 'cancelled');
  },
);

test(
  'B7 F2: a browser that is offline while an answer streams, and online after its end, has all of it',
  { timeout: PATIENCE_MS },
  async () => {
    await using server = await Server.start();
    const ada = await Person.enter(browser, server.url, 'Ada');
    const grace = await Person.enter(browser, server.url, 'Grace');
    const key = await asks(ada, '@demo help');
    await watch(ada.page, key);
    await reads(ada, 60);
    await ada.page.context().setOffline(true);
    await ada.sees('Offline');
    await ada.page.getByText('You are offline').waitFor();
    const { letters } = await seen(ada.page);
    // The agent does not wait for who went away.
    await finished(grace, key);
    expect((await seen(ada.page)).letters).toBe(letters);
    await ada.page.context().setOffline(false);
    await ada.sees('Live');
    await isWhole(ada, server, key);
  },
);

test(
  'B2 F2: a half-open connection, over which nothing comes any more, is found out and replaced',
  { timeout: PATIENCE_MS },
  async () => {
    await using server = await Server.start({ env: { ANTIPHON_TIMERS__PING_INTERVAL_MS: '5000' } });
    await using proxy = await FaultProxy.start(server.port);
    const ada = await Person.enter(browser, proxy.origin, 'Ada');
    const key = await asks(ada, '@demo help');
    await watch(ada.page, key);
    await reads(ada, 60);
    proxy.hold();
    await ada.sees('Reconnecting');
    proxy.heal();
    await ada.sees('Live');
    await isWhole(ada, server, key);
  },
);
