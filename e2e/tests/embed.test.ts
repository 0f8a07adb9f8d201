// Our components in somebody else's page, in a real browser: they connect once, join once, render what changed.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../src/browser.ts';
import { type Bundle, bundlePage, embed, type PageOptions } from '../src/embed.ts';
import { Guest } from '../src/guest.ts';
import { picture } from '../src/look.ts';
import { asked, openSockets } from '../src/meters.ts';
import { Server } from '../src/server.ts';
import { serverOfATeller } from '../src/teller.ts';
import { guest } from '../src/wire.ts';

const SIZES = { wide: { width: 1000, height: 700 }, narrow: { width: 360, height: 700 } };

let browser: Browser;
let bundle: Bundle;

beforeAll(async () => {
  browser = await openBrowser();
  bundle = await bundlePage('window.tsx', 'development');
});

afterAll(async () => {
  await browser.close();
});

interface Visitor {
  readonly page: Page;
  readonly problems: readonly string[];
}

/** Opens the page as a new guest, and waits until it is live. */
async function enter(server: Server, name: string, options: PageOptions = {}): Promise<Visitor> {
  const { token } = await guest(server.url, name);
  const visitor = await embed(browser, server, bundle, { hash: `#token=${token}&room=general`, ...options });
  await sees(visitor.page, 'Live');
  return visitor;
}

async function sees(page: Page, word: string): Promise<void> {
  await page.locator('.ap-pill').getByText(word, { exact: true }).waitFor();
}

async function says(page: Page, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: /^Message to/ });
  await field.fill(text);
  await field.press('Enter');
}

async function hears(page: Page, text: string): Promise<void> {
  await page.getByRole('article').filter({ hasText: text }).first().waitFor();
}

/** What the page has counted. */
function counts(page: Page): Promise<{ flushes: number; rows: Record<string, number> }> {
  return page.evaluate(() => structuredClone((window as unknown as { counts: never }).counts));
}

test('C1 C4 E5: mounted twice, a window connects once and joins once, and leaves nothing open when it goes', async () => {
  await using server = await Server.start();
  const { token } = await guest(server.url, 'Ada');
  const hash = `#token=${token}&room=general&beside=annex`;
  const { page, problems } = await enter(server, 'Ada', { hash });
  // What a second mount would have caused has happened by the time that somebody was heard.
  const bob = await Guest.signIn(server.url, 'Bob');
  await bob.join('general');
  await bob.send('general', 'Is anyone here?');
  await hears(page, 'Is anyone here?');
  expect(await asked(server, 'authenticate')).toBe(1);
  expect(await asked(server, 'join_room')).toBe(1);
  expect(await openSockets(server)).toBe(1);
  // Once more while the connection is there, so that nothing waits for it.
  await bob.createRoom('annex');
  await bob.send('annex', 'Over here!');
  await page.getByRole('button', { name: 'One more' }).click();
  await hears(page, 'Over here!');
  await bob.send('annex', 'Welcome.');
  await hears(page, 'Welcome.');
  expect(await asked(server, 'authenticate')).toBe(1);
  expect(await asked(server, 'join_room')).toBe(2);
  expect(await asked(server, 'leave_room')).toBe(0);
  await page.getByRole('button', { name: 'Close the chat' }).click();
  await expect.poll(() => openSockets(server)).toBe(0);
  expect(problems).toEqual([]);
});

test('C4 A10 B13: a window tells of the connection, and what is written while it is gone arrives once', async () => {
  await using server = await Server.start();
  const ada = await enter(server, 'Ada');
  const bob = await enter(server, 'Bob');
  await says(ada.page, 'before');
  await hears(bob.page, 'before');
  await server.kill();
  await sees(ada.page, 'Reconnecting');
  await says(ada.page, 'while it was dead');
  await server.restart();
  await hears(bob.page, 'while it was dead');
  await sees(ada.page, 'Live');
  expect(await bob.page.getByRole('article').filter({ hasText: 'while it was dead' }).count()).toBe(1);
});

test('B9 F2: a message of my own keeps its element from the outbox into the log', async () => {
  await using server = await Server.start();
  const { page } = await enter(server, 'Ada');
  await page.context().setOffline(true);
  await sees(page, 'Offline');
  await says(page, 'hello');
  const row = page.locator('article[data-own]');
  await expect.poll(() => row.getAttribute('data-state')).toBe('queued');
  const element = await row.elementHandle();
  await page.context().setOffline(false);
  await expect.poll(() => row.getAttribute('data-state')).toBe('sent');
  expect(await element.evaluate((one) => one.isConnected)).toBe(true);
});

/** Pieces that the bot says in a second. */
const PIECES = 200;

test('B9: at 200 pieces a second only the message that grows renders, once for each flush', async () => {
  let [pieces, stop] = [0, false];
  await using stage = await serverOfATeller(async (run) => {
    const began = Date.now();
    while (!stop) {
      // As many as are due: on a busy machine it is late, and catches up.
      const due = ((Date.now() - began) / 1000) * PIECES;
      while (pieces < due) await run.reply.text(`word${(pieces += 1)} `);
      await sleep(1000 / PIECES);
    }
  });
  const { server } = stage;
  const bob = await Guest.signIn(server.url, 'Bob');
  await bob.join('general');
  for (let n = 1; n <= 20; n += 1) await bob.send('general', `Message ${n}`);
  const { page } = await enter(server, 'Ada');
  await says(page, '@Teller tell');
  await hears(page, 'word100');
  const [before, told, began] = [await counts(page), pieces, Date.now()];
  await expect.poll(() => pieces).toBeGreaterThan(told + 5 * PIECES);
  const [after, said, ended] = [await counts(page), pieces - told, Date.now()];
  stop = true;
  const flushes = after.flushes - before.flushes;
  const rendered = Object.entries(after.rows)
    .map(([key, count]) => count - (before.rows[key] ?? 0))
    .filter((count) => count > 0);
  console.log(
    `${Math.round((said * 1000) / (ended - began))} pieces a second, ${flushes} flushes, rows rendered ${rendered.join()} times`,
  );
  expect(rendered).toHaveLength(1);
  // StrictMode renders everything twice.
  expect(rendered[0]! / 2).toBeLessThanOrEqual(flushes * 1.05);
  expect(flushes).toBeLessThan(said);
});

test('A page around a window looks as it does without it', async () => {
  await using server = await Server.start();
  const body =
    '<h1 class="row">Title</h1><button class="button">Press</button><a href="#">Link</a>' +
    '<ul class="log"><li class="item">One</li></ul><input placeholder="Name"><div id="root"></div>';
  const looks = async (css: string): Promise<unknown> => {
    const { page } = await embed(browser, server, { js: '', css }, { body });
    return page.evaluate(() =>
      [...document.querySelectorAll('html, body, body > *:not(#root)')].map((one) => {
        const style = getComputedStyle(one);
        return [...style].map((name) => `${name}: ${style.getPropertyValue(name)}`).join('; ');
      }),
    );
  };
  expect(await looks(bundle.css)).toEqual(await looks(''));
});

test('B12: a window is accessible, light and dark, wide and narrow', async () => {
  await using server = await Server.start();
  const { page, problems } = await enter(server, 'Ada');
  await says(page, '@demo search release');
  await page.locator('.ap-tool[data-state="done"]').first().waitFor();
  await page.locator('article[data-state="done"]').waitFor();
  expect(await picture(page, 'window', SIZES)).toEqual([]);
  expect(problems).toEqual([]);
});
