// Networks that let no WebSocket through: the chat goes over an event stream and posts, and says so.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asks, finished, stored, wordsOf } from '../src/asking.ts';
import { openBrowser } from '../src/browser.ts';
import { openSockets } from '../src/meters.ts';
import { Person } from '../src/person.ts';
import { FaultProxy } from '../src/proxy.ts';
import { Server } from '../src/server.ts';
import type { Blockade } from '../src/upgrades.ts';
import { copied, seen, watch } from '../src/watcher.ts';

const SLOWER = 'Live, slower line';

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

test.each<Blockade>(['forbid', 'swallow'])(
  'B13 F11: where a proxy does not let WebSockets through (%s), one talks and is answered all the same',
  { timeout: 180_000 },
  async (blockade) => {
    await using server = await Server.start();
    await using proxy = await FaultProxy.start(server.port);
    proxy.blockWebSockets(blockade);
    const cameAt = Date.now();
    const ada = await Person.enter(browser, proxy.origin, 'Ada', SLOWER);
    console.log(`${blockade}: live over HTTP after ${Date.now() - cameAt} ms, ${proxy.blocked} tries`);
    expect(proxy.blocked).toBeGreaterThanOrEqual(2);
    expect(await openSockets(server)).toBe(0);
    await expect
      .poll(() => ada.page.locator('.ap-pill').getAttribute('title'))
      .toContain('No WebSocket came about');

    const grace = await Person.enter(browser, server.url, 'Grace');
    await ada.says('Can you hear me?');
    await grace.hears('Can you hear me?');
    await grace.says('Loud and clear.');
    await ada.hears('Loud and clear.');

    const key = await asks(ada, '@demo Say hello in a few words');
    await watch(ada.page, key);
    const answer = await finished(ada, key);
    const message = (await stored(server)).find(({ id }) => id === key);
    expect(message?.status).toBe('complete');
    expect(await copied(answer)).toBe(wordsOf(message));
    expect(await seen(ada.page)).toMatchObject({ losses: [], copies: 1 });

    // The line breaks in the middle of things, and comes back the same way.
    proxy.cut();
    await ada.sees(SLOWER);
    await grace.says('And now?');
    await ada.hears('And now?');
    expect(await ada.messages('Can you hear me?').count()).toBe(1);
  },
);
