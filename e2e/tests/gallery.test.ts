// B12, E6: every screen and state of the page, light and dark, wide and on a phone: looked at by axe, nothing cut off,
// nothing too small to be touched, and kept as a picture in `screenshots`.
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../src/browser.ts';
import { Gallery } from '../src/gallery.ts';
import { picture } from '../src/look.ts';
import { DRAWERS, type Scene, SCENES } from '../src/scenes.ts';

const WIDE = { width: 1280, height: 800 };
const TALL = { width: 1280, height: 2400 };
const PHONE = { width: 390, height: 844 };
const TALL_PHONE = { width: 390, height: 3200 };
/** Everything is there already: what does not come within this will not come. */
const PATIENCE_MS = 60_000;
const TOUCH: BrowserContextOptions = { hasTouch: true, isMobile: true };

let browser: Browser;
let gallery: Gallery;

beforeAll(async () => {
  [browser, gallery] = await Promise.all([openBrowser(), Gallery.open()]);
});

afterAll(async () => {
  await browser.close();
  await gallery[Symbol.asyncDispose]();
});

/** Opens a scene, does its deed, and looks. */
async function look(
  name: string,
  { from = name, deed, sees }: Scene,
  size: string,
  options: BrowserContextOptions,
): Promise<void> {
  const viewport = options.viewport ?? WIDE;
  const { page, problems } = await gallery.visit(browser, from, { viewport, ...options });
  page.setDefaultTimeout(PATIENCE_MS);
  await page.locator('main, [role="status"]').first().waitFor();
  await deed?.(page);
  await page.getByText(sees).first().waitFor({ state: 'attached' });
  expect(await picture(page, `gallery-${name}`, { [size]: viewport })).toEqual([]);
  expect(await cutOff(page)).toEqual([]);
  if (options.hasTouch) expect(await tooSmall(page)).toEqual([]);
  expect(problems).toEqual([]);
  await page.context().close();
}

/** What can be used and does not stand in the window with all of its width. */
async function cutOff(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('button, input, select, textarea, main, [role="dialog"]')]
      .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
      .map((one) => ({ one, box: one.getBoundingClientRect() }))
      .filter(({ box }) => box.left < -0.5 || box.right > innerWidth + 0.5)
      .map(({ one, box }) => `${one.outerHTML.slice(0, 80)} ${box.left} to ${box.right}`),
  );
}

/** What can be touched and is smaller than a finger; links and boxes inside of text are as large as the text. */
async function tooSmall(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('button, summary, select, input:not([type="checkbox"], [type="radio"])')]
      .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
      .filter((one) => !one.matches('.scrim, .ap-row-actions *'))
      .map((one) => ({ one, box: one.getBoundingClientRect() }))
      .filter(({ box }) => box.height < 43.5 || box.width < 43.5)
      .map(({ one, box }) => `${one.outerHTML.slice(0, 80)} ${box.width}x${box.height}`),
  );
}

test.concurrent.for(Object.entries(SCENES))('B12: %s', async ([name, scene]) => {
  await look(name, scene, 'wide', { viewport: scene.tall ? TALL : WIDE });
  await look(name, scene, 'phone', { viewport: scene.tall ? TALL_PHONE : PHONE, ...TOUCH });
});

test.concurrent.for(Object.entries(DRAWERS))('B12: %s is a drawer of a phone', async ([name, scene]) => {
  await look(name, scene, 'phone', { viewport: PHONE, ...TOUCH });
});
