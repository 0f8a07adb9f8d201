// What the scripts that look at the gallery share: a development server and a browser, both stopped at the end.
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

/** Runs `work(browser, base)` with the gallery served at `base`. */
export async function withGallery(work) {
  const root = new URL('..', import.meta.url).pathname;
  const server = await createServer({ root, logLevel: 'error', server: { port: 0, host: '127.0.0.1' } });
  await server.listen();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: FLAGS,
  });
  try {
    await work(browser, `http://127.0.0.1:${server.httpServer.address().port}`);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** A page of the gallery whose errors are printed. */
export async function openScene(context, base, scene) {
  const page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && console.log(`  ${message.text()}`));
  page.on('pageerror', (error) => console.log(`  ${error.message}`));
  await page.goto(`${base}/gallery.html?scene=${scene}`);
  return page;
}
