// Takes pictures of the gallery's scenes, light and dark, wide and narrow: `npm run look [scene…]`, into dist-look/.
/* global document -- what runs in the page */
import { mkdir } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const ALL = [
  'room',
  'messages',
  'tools',
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
  top: ['room', (page) => page.locator('.log-scroll').evaluate((log) => log.scrollTo(0, 0))],
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
  mention: ['room', (page) => page.locator('.composer textarea').pressSequentially('Good, @')],
  hover: ['room', (page) => page.locator('.message-row').nth(-2).hover()],
  reply: [
    'room',
    (page) => page.evaluate(() => document.querySelector('.row-actions [aria-label=Reply]').click()),
  ],
  details: ['tools', (page) => page.locator('.tool-toggle').nth(-2).click()],
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
const server = await createServer({
  root: new URL('..', import.meta.url).pathname,
  logLevel: 'error',
  server: { port: 0 },
});
await server.listen();
const address = server.httpServer?.address();
const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
try {
  for (const { name, ...options } of SIZES) {
    for (const colorScheme of ['light', 'dark']) {
      const context = await browser.newContext({ ...options, colorScheme, locale: 'en-GB' });
      // Drafts of one picture must not show up in the next.
      await context.addInitScript('localStorage.clear()');
      const page = await context.newPage();
      page.on(
        'console',
        (message) => message.type() === 'error' && console.log(`  [${message.type()}] ${message.text()}`),
      );
      page.on('pageerror', (error) => console.log(`  ${error.message}`));
      for (const scene of scenes) {
        const [start, deed] = DEEDS[scene] ?? [scene];
        await page.goto(`${base}/gallery.html?scene=${start}`);
        await page.waitForTimeout(900);
        await deed?.(page);
        if (deed) await page.waitForTimeout(500);
        await page.screenshot({ path: `${out}${scene}-${name}-${colorScheme}.png` });
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
  await server.close();
}
