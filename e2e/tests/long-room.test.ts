// B9: in a room of 10,000 messages nothing moves under its reader: not while an answer streams, not when history comes in
// above, not when a row changes its height; and the list is as small as its window. Prints what all that costs.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../src/browser.ts';
import { framesOf, tell } from '../src/frames.ts';
import { Gallery } from '../src/gallery.ts';
import {
  addReader,
  blankWhileScrolling,
  driftWhileGrowing,
  driftWhilePrepending,
  driftWhileStreaming,
  followed,
  streamed,
} from '../src/long-room.ts';

/** Nobody sees less than half of a pixel. */
const STILL_PX = 0.5;
/** Every element in the list, of 10,000 messages. */
const MOST_ELEMENTS = 600;
const ANSWER = 'Words of an answer that **grows**, with `code` in it, for as long as somebody reads it. ';

let browser: Browser;
let gallery: Gallery;

beforeAll(async () => {
  [browser, gallery] = await Promise.all([openBrowser(), Gallery.open()]);
});

afterAll(async () => {
  await browser.close();
  await gallery[Symbol.asyncDispose]();
});

/** The room, at its end. */
async function enter(): Promise<Page> {
  const viewport = { width: 1200, height: 860 };
  const { page } = await gallery.visit(browser, 'long', { viewport, reducedMotion: 'no-preference' });
  await page.getByRole('article').last().waitFor();
  await addReader(page);
  await page.evaluate(() => window.reader.frames(30));
  expect(await page.evaluate(() => window.reader.fromEnd())).toBeLessThanOrEqual(1);
  return page;
}

/** Leaves the end, upwards, as with a wheel. */
async function wheelUp(page: Page, pixels: number): Promise<void> {
  await page.mouse.move(600, 400);
  await page.mouse.wheel(0, -pixels);
  await page.getByRole('button', { name: /Latest|new message/u }).waitFor();
  await page.evaluate(() => window.reader.frames(30));
}

test('of 10,000 messages the page holds what its window shows', async () => {
  const page = await enter();
  const count = await page.evaluate(() => window.reader.room().log.get().keys.length);
  const elements = await page.evaluate(() => document.querySelectorAll('.ap-log-rows *').length);
  tell('the list', { messages: count, elements });
  expect(count).toBe(10_000);
  expect(elements).toBeLessThan(MOST_ELEMENTS);
  await page.context().close();
});

test('an answer of 200 deltas a second streams, and its reader stays at the end in every frame', async () => {
  const page = await enter();
  // What it costs, with nobody looking at every frame.
  tell('streaming below 10,000 messages', await framesOf(page, () => streamed(page, ANSWER.repeat(90))));
  const seen = await followed(page, ANSWER.repeat(40));
  tell('following it', seen);
  expect(seen.frames).toBeGreaterThan(10);
  expect(seen).toMatchObject({ off: 0 });
  await page.context().close();
});

test('an answer streams below a reader who has gone up by a line, and nothing moves', async () => {
  const page = await enter();
  await wheelUp(page, 30);
  const drift = await driftWhileStreaming(page, ANSWER.repeat(40));
  tell('streaming below a reader', { drift });
  expect(drift).toBeLessThan(STILL_PX);
  await page.context().close();
});

test('a row above grows, and nothing moves', async () => {
  const page = await enter();
  await wheelUp(page, 2500);
  const drift = await driftWhileGrowing(page);
  tell('a row above grows', { drift });
  expect(drift).toBeLessThan(STILL_PX);
  await page.context().close();
});

test('five pages of history come in above, and nothing moves', async () => {
  const page = await enter();
  await wheelUp(page, 2500);
  const { drift, added } = await driftWhilePrepending(page);
  tell('fifty messages come in above, five times', { drift, added });
  expect(added).toBeGreaterThanOrEqual(200);
  expect(drift).toBeLessThan(STILL_PX);
  await page.context().close();
});

test('a jump lands where it was meant to, and the end is the end', async () => {
  const page = await enter();
  await wheelUp(page, 2500);
  // By its key: as soon as it is in view, older ones come in above it.
  const key = await page.evaluate(() => window.reader.room().log.get().keys[0]);
  const first = page.locator(`article[data-key="${key}"]`);
  await page.getByRole('log').focus();
  await page.keyboard.press('Home');
  await expect.poll(() => first.evaluate((row) => row === document.activeElement)).toBe(true);
  expect(await first.evaluate((row) => row.getBoundingClientRect().top)).toBeGreaterThan(0);
  await page.getByRole('button', { name: /Latest|new message/u }).click();
  await expect.poll(() => page.evaluate(() => window.reader.fromEnd())).toBeLessThanOrEqual(1);
  // The composer grows: the end stays the end.
  await page.getByRole('textbox').fill('one\ntwo\nthree\nfour\nfive');
  await page.evaluate(() => window.reader.frames(10));
  expect(await page.evaluate(() => window.reader.fromEnd())).toBeLessThanOrEqual(1);
  await page.context().close();
});

test('whoever scrolls fast sees messages in every frame', async () => {
  const page = await enter();
  await wheelUp(page, 30);
  let blank = -1;
  const cost = await framesOf(page, async () => {
    blank = await blankWhileScrolling(page, 700);
  });
  tell('700 px a frame', { blank, ...cost });
  expect(blank).toBe(0);
  await page.context().close();
});
