// One person in several tabs: one connection for all of them, whoever of them goes.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../src/browser.ts';
import { Guest } from '../src/guest.ts';
import { openSockets } from '../src/meters.ts';
import { Person } from '../src/person.ts';
import { Server } from '../src/server.ts';

declare global {
  interface Window {
    /** How often this tab took the line by force from a tab that answered nothing for 3 s. */
    forced: number;
  }
}

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

/** Says when a WebSocket of one of these pages was signed in. */
function signedIn(...pages: Page[]): Promise<number> {
  return new Promise((resolve) => {
    for (const page of pages) {
      page.on('websocket', (socket) => {
        socket.on('framereceived', ({ payload }) => {
          if (payload.toString().includes('"type":"authenticated"')) resolve(Date.now());
        });
      });
    }
  });
}

/** Has the pages that are opened from now on count how often they take a lock by force. */
async function countForce(page: Page): Promise<void> {
  await page.context().addInitScript(() => {
    const { locks } = navigator;
    const request = locks.request.bind(locks);
    window.forced = 0;
    locks.request = ((...asked: Parameters<typeof request>) => {
      if (asked[1].steal) window.forced += 1;
      return request(...asked);
    }) as typeof request;
  });
}

/** How often these tabs took the line by force. */
async function forced(...tabs: Person[]): Promise<number> {
  const each = await Promise.all(tabs.map(({ page }) => page.evaluate(() => window.forced)));
  return each.reduce((sum, count) => sum + count, 0);
}

/** Ada in three tabs, the first of which holds the connection. */
async function threeTabs(server: Server): Promise<[Person, Person, Person]> {
  const first = await Person.enter(browser, server.url, 'Ada');
  await countForce(first.page);
  let sockets = 0;
  first.page.context().on('page', (page) => page.on('websocket', () => (sockets += 1)));
  const others = [await first.inAnotherTab(), await first.inAnotherTab()] as const;
  // High enough for all that is said: what is out of view is not on the page.
  for (const { page } of [first, ...others]) await page.setViewportSize({ width: 1200, height: 1600 });
  await expect.poll(() => openSockets(server)).toBe(1);
  expect(sockets).toBe(0);
  return [first, ...others];
}

/** What the tabs show, which is all that was said. */
async function showAll(tabs: readonly Person[], words: readonly string[]): Promise<void> {
  for (const { page } of tabs)
    await expect.poll(() => page.locator('article .ap-prose').allInnerTexts()).toEqual(words);
}

/** Somebody says this many things, one after the other; between them something happens. */
async function saysMuch(
  server: Server,
  count: number,
  meanwhile: (index: number) => void,
): Promise<string[]> {
  const grace = await Guest.signIn(server.url, 'Grace');
  await grace.join('general');
  const words = Array.from({ length: count }, (_, index) => `word ${index}`);
  for (const [index, word] of words.entries()) {
    meanwhile(index);
    await grace.send('general', word);
  }
  return words;
}

test('E1 B11: three tabs, one connection; the tab that holds it is closed, and nothing is lost or doubled', async () => {
  await using server = await Server.start();
  const [first, second, third] = await threeTabs(server);
  await second.says('from the second');
  for (const tab of [first, second, third]) await tab.hears('from the second');

  const again = signedIn(second.page, third.page);
  let closedAt = 0;
  const words = await saysMuch(server, 10, (index) => {
    if (index !== 4) return;
    closedAt = Date.now();
    void first.page.close();
  });
  console.log(`from closing the tab to being signed in by another one: ${(await again) - closedAt} ms`);
  // It was handed over at once; what a tab has to do about one that is silent takes seconds.
  expect(await forced(second, third)).toBe(0);
  await showAll([second, third], ['from the second', ...words]);
  await expect.poll(() => openSockets(server)).toBe(1);

  await third.says('from the third');
  await showAll([second, third], ['from the second', ...words, 'from the third']);
  expect([...first.problems, ...second.problems, ...third.problems]).toEqual([]);
});

test('E1 B11: the tab that holds the connection crashes, or freezes: another one takes over', async () => {
  await using server = await Server.start();
  const [first, second, third] = await threeTabs(server);
  const cdp = await first.page.context().newCDPSession(first.page);
  const again = signedIn(second.page, third.page);
  const frozenAt = Date.now();
  // Stops it at the next thing that it wants to do, as a machine does that puts a tab to sleep.
  await cdp.send('Debugger.enable');
  await cdp.send('Debugger.pause');
  await second.says('is anybody there?');
  console.log(`from freezing the tab to being signed in by another one: ${(await again) - frozenAt} ms`);
  expect(await forced(second, third)).toBeGreaterThan(0);
  await showAll([second, third], ['is anybody there?']);

  await cdp.send('Debugger.disable');
  await showAll([first], ['is anybody there?']);
  await expect.poll(() => openSockets(server)).toBe(1);

  const crashedAt = Date.now();
  const [holder, other] = await holderOf([second, third]);
  const anew = signedIn(first.page, other.page);
  // Nobody is left to answer this.
  void (await holder.page.context().newCDPSession(holder.page)).send('Page.crash').catch(() => undefined);
  console.log(`from the crash of the tab to being signed in by another one: ${(await anew) - crashedAt} ms`);
  await other.says('still there');
  await showAll([first, other], ['is anybody there?', 'still there']);
  await expect.poll(() => openSockets(server)).toBe(1);
});

/** Which of two tabs took over, and the other one. */
async function holderOf([one, other]: [Person, Person]): Promise<[Person, Person]> {
  const locks = await one.page.evaluate(() => navigator.locks.query());
  // The lock of the line; those of the tabs are named after it.
  const all = locks.held ?? [];
  const held = all.find(({ name = '' }) => all.some((other) => other.name?.startsWith(`${name}/`)));
  if (held === undefined) throw new Error(`nobody holds the line: ${JSON.stringify(locks)}`);
  const id = await one.page.evaluate(async () => {
    // A lock of its own, held for a moment, names the client that this page is.
    return navigator.locks.request('who', async () => {
      const { held } = await navigator.locks.query();
      return held?.find(({ name }) => name === 'who')?.clientId;
    });
  });
  return held.clientId === id ? [one, other] : [other, one];
}
