// What is written without a connection survives a reload without one, and arrives once and in order.
//
// While the network is away, the page's files still come, as from a cache: a route hands them out past the proxy. All
// that the page asks of the server itself, over `/v1`, socket included, goes through the proxy, which refuses it.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stored, wordsOf } from '../src/asking.ts';
import { openBrowser } from '../src/browser.ts';
import { Person } from '../src/person.ts';
import { FaultProxy } from '../src/proxy.ts';
import { Server } from '../src/server.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

/** Has the page's files come from the server directly. */
async function cacheFiles(page: Page, server: Server): Promise<void> {
  await page.route(
    ({ pathname }) => !pathname.startsWith('/v1'),
    async (route) => {
      const { pathname } = new URL(route.request().url());
      await route.fulfill({ response: await route.fetch({ url: server.url + pathname }) });
    },
  );
}

test(
  'A10 B3 B11 B13: written offline, reloaded offline, and sent once, in order',
  { timeout: 180_000 },
  async () => {
    await using server = await Server.start();
    await using proxy = await FaultProxy.start(server.port);
    const ada = await Person.enter(browser, proxy.origin, 'Ada');
    const grace = await Person.enter(browser, server.url, 'Grace');
    await ada.says('before');
    await grace.hears('before');
    await cacheFiles(ada.page, server);

    proxy.refuse();
    proxy.reset();
    await ada.sees('Reconnecting');
    const written = ['first', 'second', 'third'].map((word) => `${word} word into the void`);
    for (const text of written) await ada.says(text);
    await expect.poll(() => ada.page.getByText('Waiting to send').count()).toBe(3);
    await ada.page.getByText('3 messages are waiting').waitFor();

    await ada.page.reload();
    for (const text of written) await ada.hears(text);
    await expect.poll(() => ada.page.getByText('Waiting to send').count()).toBe(3);
    written.push('a fourth one, after the reload');
    await ada.says('a fourth one, after the reload');
    expect(await grace.messages('into the void').count()).toBe(0);

    proxy.refuse(false);
    // By whatever was tried when the network came back: this page does not know yet that WebSockets get through.
    await ada.sees(/^Live/u);
    await grace.hears('a fourth one, after the reload');
    await ada.page.getByText('Waiting to send').first().waitFor({ state: 'detached' });
    for (const { page } of [ada, grace]) {
      await expect
        .poll(() => page.locator('article .ap-prose').allInnerTexts(), { timeout: 30_000 })
        .toEqual(['before', ...written]);
    }
    expect((await stored(server)).map(wordsOf)).toEqual(['before', ...written]);
  },
);
