// B9: an agent tells two hundred words a second in the page that the server carries, and its reader stays at the end of them in
// every frame. Prints what that costs.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../src/browser.ts';
import { framesOf, tell } from '../src/frames.ts';
import { Guest } from '../src/guest.ts';
import { Person } from '../src/person.ts';
import { serverOfATeller } from '../src/teller.ts';

const PIECES = 200;
const SECONDS = 6;
const HISTORY = 300;

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

/** Counts the frames in which the end is not in view, until the answer is over. */
async function awayFromEnd(page: Page): Promise<{ frames: number; off: number }> {
  return page.evaluate(async () => {
    const log = document.querySelector('.ap-log-scroll')!;
    const seen = { frames: 0, off: 0 };
    let was = false;
    while (document.querySelector('.ap-caret')) {
      await new Promise(requestAnimationFrame);
      // After this frame's layout and its observers.
      await new Promise((resolve) => setTimeout(resolve));
      seen.frames += 1;
      // What is told between a frame and this look at it is away from the end, and not yet on the screen. Only what is so in two
      // looks, one after the other, was shown.
      const is = log.scrollHeight - log.scrollTop - log.clientHeight > 1;
      if (is && was) seen.off += 1;
      was = is;
    }
    return seen;
  });
}

/** The history is said faster than people may speak. */
const QUICK = '[limits]\nrequests_per_second = 10000\n';

test('B9: two hundred deltas a second, and the reader follows in every frame', async () => {
  let told = 0;
  await using stage = await serverOfATeller(async ({ reply }) => {
    const began = Date.now();
    while (told < PIECES * SECONDS) {
      // However late the timer: as many as are due by now.
      const due = Math.min(PIECES * SECONDS, ((Date.now() - began) * PIECES) / 1000);
      while (told < due) await reply.text(`word${(told += 1)} `);
      await sleep(5);
    }
  }, QUICK);
  const bob = await Guest.signIn(stage.server.url, 'Bob');
  await bob.join('general');
  for (let n = 1; n <= HISTORY; n += 1)
    await bob.send('general', `said ${n}: the order is the same for all.`);
  const ada = await Person.enter(browser, stage.server.url, 'Ada');
  await ada.hears(`said ${HISTORY}`);
  await ada.says('@teller tell');
  await ada.hears('word1 ');
  let seen = { frames: 0, off: 0 };
  const cost = await framesOf(ada.page, async () => {
    seen = await awayFromEnd(ada.page);
  });
  tell(`${told} deltas in the page of the server`, { ...seen, ...cost });
  await ada.hears(`word${PIECES * SECONDS}`);
  expect(seen.frames).toBeGreaterThan(10);
  expect(seen.off).toBe(0);
  expect(ada.problems).toEqual([]);
});
