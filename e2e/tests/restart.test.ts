// The server dies under an open page (`kill -9`) and is started again: the page comes back by itself, with everything.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asks, finished, stored, wordsOf } from '../src/asking.ts';
import { openBrowser } from '../src/browser.ts';
import { Person } from '../src/person.ts';
import { Server } from '../src/server.ts';
import { copied, seen, watch } from '../src/watcher.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

test(
  'B13 F3: killed in the middle of an answer; what was said is there once, the answer says that it broke off',
  { timeout: 180_000 },
  async () => {
    await using server = await Server.start();
    const ada = await Person.enter(browser, server.url, 'Ada');
    const grace = await Person.enter(browser, server.url, 'Grace');
    await ada.says('Good morning');
    await grace.says('Good morning to you');
    await ada.hears('Good morning to you');
    const key = await asks(ada, '@demo story');
    await watch(ada.page, key);
    await expect.poll(async () => (await seen(ada.page)).letters, { timeout: 60_000 }).toBeGreaterThan(150);

    await server.kill();
    for (const person of [ada, grace]) await person.sees('Reconnecting');
    await ada.page.getByText(/Retrying/u).waitFor();
    await ada.says('Are you still there?');
    await server.restart();

    for (const person of [ada, grace]) {
      await person.sees('Live');
      await person.hears('Are you still there?');
      const answer = await finished(person, key);
      await answer.getByText('left in mid-sentence').waitFor();
      for (const text of ['Good morning to you', 'Are you still there?', '@demo story'])
        expect(await person.messages(text).count()).toBe(1);
      const message = (await stored(server)).find(({ id }) => id === key);
      expect(message?.status).toBe('interrupted');
      expect(await copied(answer)).toBe(wordsOf(message));
    }
    // And it goes on: the agent answers whoever asks again.
    await finished(grace, await asks(grace, '@demo count'));
  },
);
