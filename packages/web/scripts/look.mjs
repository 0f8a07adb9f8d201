// Takes pictures of the gallery's scenes, light and dark, wide and narrow: `npm run look [scene…]`, into dist-look/.
/* global document -- what runs in the page */
import { mkdir } from 'node:fs/promises';
import { openScene, withGallery } from './browser.mjs';

const ALL = [
  'room',
  'messages',
  'tools',
  'asks',
  'waits',
  'prose',
  'empty',
  'agent',
  'loading',
  'norooms',
  'reconnecting',
  'offline',
  'failed',
  'signin',
  'toast',
];
/** Pictures that need a hand: the scene they start from, and what is done there. */
const DEEDS = {
  top: ['room', (page) => page.locator('.ap-log-scroll').evaluate((log) => log.scrollTo(0, 0))],
  palette: ['room', (page) => page.keyboard.press('Control+k')],
  'new-room': [
    'room',
    (page) => page.evaluate(() => document.querySelector('[aria-label="New room"]').click()),
  ],
  nav: [
    'room',
    (page) => page.evaluate(() => document.querySelector('.only-phone[aria-label=Rooms]').click()),
  ],
  panel: ['room', (page) => page.evaluate(() => document.querySelector('.here-button').click())],
  mention: ['room', (page) => page.locator('.ap-composer textarea').pressSequentially('Good, @')],
  hover: ['room', (page) => page.locator('.ap-message-row').nth(-2).hover()],
  reply: [
    'room',
    (page) => page.evaluate(() => document.querySelector('.ap-row-actions [aria-label=Reply]').click()),
  ],
  edit: ['asks', (page) => page.getByRole('button', { name: 'Change arguments' }).click()],
  cost: [
    'waits',
    (page) =>
      page.evaluate(() => document.querySelectorAll('.ap-row-actions [aria-label=Details]')[0].click()),
  ],
  bots: [
    'room',
    (page) =>
      page.evaluate(() => {
        document.querySelector('.here-button').click();
        for (const more of document.querySelectorAll('.member-more')) more.click();
      }),
  ],
  details: ['tools', (page) => page.locator('.ap-tool-toggle').nth(-2).click()],
};
const SIZES = [
  { name: 'wide', viewport: { width: 1280, height: 860 } },
  {
    name: 'phone',
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    deviceScaleFactor: 2,
  },
];

const out = new URL('../dist-look/', import.meta.url).pathname;
const scenes = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ALL;

await mkdir(out, { recursive: true });
await withGallery(async (browser, base) => {
  for (const { name, ...options } of SIZES)
    for (const colorScheme of ['light', 'dark']) {
      const context = await browser.newContext({ ...options, colorScheme, locale: 'en-GB' });
      // Drafts of one picture must not show up in the next.
      await context.addInitScript('localStorage.clear()');
      for (const scene of scenes) {
        const [start, deed] = DEEDS[scene] ?? [scene];
        const page = await openScene(context, base, start);
        await page.waitForTimeout(900);
        await deed?.(page);
        if (deed) await page.waitForTimeout(500);
        await page.screenshot({ path: `${out}${scene}-${name}-${colorScheme}.png` });
        await page.close();
      }
      await context.close();
    }
});
