// Measures what a reader would feel in a room of 10,000 messages: drift, the pin, frames; and what axe finds.
/* global document, requestAnimationFrame, performance, setTimeout, window -- what runs in the page */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { openScene, withGallery } from './browser.mjs';

const SCENES = ['room', 'messages', 'tools', 'prose', 'empty', 'agent', 'norooms', 'signin', 'reconnecting'];

let failures = 0;
function check(name, value, fine) {
  if (!fine) failures += 1;
  console.log(`${fine ? 'ok  ' : 'FAIL'} ${name}: ${value}`);
}

/** Runs in the page: where the first row that is fully in view stands, and a way to look again. */
function helpers() {
  const log = () => document.querySelector('.ap-log-scroll');
  const frames = (n) =>
    new Promise((resolve) => {
      const step = () => (n-- > 0 ? requestAnimationFrame(step) : resolve());
      step();
    });
  Object.assign(window, {
    log,
    frames,
    room: () => window.chat.room('release-42'),
    fromEnd: () => log().scrollHeight - log().scrollTop - log().clientHeight,
    anchor: () => {
      const top = log().getBoundingClientRect().top;
      const row = [...document.querySelectorAll('.ap-message-row')].find(
        (r) => r.getBoundingClientRect().top >= top,
      );
      return { key: row.dataset.key, y: row.getBoundingClientRect().top };
    },
    drift: (before) =>
      document.querySelector(`[data-key="${before.key}"]`).getBoundingClientRect().top - before.y,
  });
}

async function scrolling(browser, base) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 860 } });
  await context.addInitScript(helpers);
  const page = await openScene(context, base, 'long');
  await page.waitForSelector('.ap-message-row');
  await page.waitForTimeout(500);
  const nodes = await page.evaluate(() => document.querySelectorAll('.ap-log-rows *').length);
  check('nodes of 10,000 messages', nodes, nodes < 1000);
  check(
    'starts at the end, px off',
    await page.evaluate(() => window.fromEnd()),
    (await page.evaluate(() => window.fromEnd())) <= 1,
  );

  const pinned = await page.evaluate(async () => {
    window.room().answer('Words of an answer that grows. '.repeat(60));
    let off = 0;
    let worst = 0;
    let all = 0;
    let last = performance.now();
    let slow = 0;
    while (document.querySelector('.ap-caret') || all < 5) {
      await window.frames(1);
      // After this frame's layout and its observers: what is painted, not what is being worked out.
      await new Promise((resolve) => setTimeout(resolve));
      const now = performance.now();
      if (now - last > 50) slow += 1;
      last = now;
      all += 1;
      if (window.fromEnd() > 1) off += 1;
      worst = Math.max(worst, window.fromEnd());
    }
    return { all, off, worst, slow };
  });
  check(
    'streaming while pinned, frames off the end',
    `${pinned.off} of ${pinned.all} (worst ${pinned.worst} px, ${pinned.slow} slow)`,
    pinned.off === 0,
  );

  await page.mouse.move(600, 400);
  await page.mouse.wheel(0, -30);
  await page.waitForTimeout(300);
  const away = await page.evaluate(async () => {
    const before = window.anchor();
    window.room().answer('Words of another answer that grows below the reader. '.repeat(30));
    await window.frames(90);
    return window.drift(before);
  });
  check('reader 30 px above the end while it streams, drift px', away, Math.abs(away) <= 1);
  check(
    'pill',
    await page.locator('.ap-jump-pill').textContent(),
    (await page.locator('.ap-jump-pill').count()) === 1,
  );

  await page.mouse.wheel(0, -2500);
  await page.waitForTimeout(600);
  const grown = await page.evaluate(async () => {
    const before = window.anchor();
    const keys = window.room().log.get().keys;
    const at = keys.indexOf(before.key);
    window.room().edit(keys[at - 2], 'Much longer than before. '.repeat(40));
    await window.frames(20);
    return window.drift(before);
  });
  check('a row above grows, drift px', grown, Math.abs(grown) <= 1);

  const prepended = await page.evaluate(async () => {
    // Near the top of what is loaded, without triggering the prefetch by hand.
    window.log().scrollTop = 4000;
    await window.frames(30);
    const count = window.room().log.get().keys.length;
    const before = window.anchor();
    let worst = 0;
    for (let page = 0; page < 5; page += 1) {
      const loading = window.room().loadOlder();
      await loading;
      await window.frames(10);
      worst = Math.max(worst, Math.abs(window.drift(before)));
    }
    return { worst, added: window.room().log.get().keys.length - count };
  });
  check(
    'prepend 50 five times, drift px',
    `${prepended.worst} (${prepended.added} added)`,
    prepended.worst <= 1 && prepended.added >= 200,
  );

  await page.locator('.ap-jump-pill').click();
  await page.waitForTimeout(600);
  const back = await page.evaluate(() => window.fromEnd());
  check('jump to the latest, px off', back, back <= 1);
  const composed = await page.evaluate(() => window.fromEnd());
  await page.locator('.ap-composer textarea').fill('one\ntwo\nthree\nfour\nfive');
  await page.waitForTimeout(200);
  check(
    'composer grows while pinned, px off',
    await page.evaluate(() => window.fromEnd()),
    composed <= 1 && (await page.evaluate(() => window.fromEnd())) <= 1,
  );
  await context.close();
}

async function accessibility(browser, base) {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, colorScheme });
    for (const scene of SCENES) {
      const page = await openScene(context, base, scene);
      await page.waitForTimeout(600);
      await page.evaluate(axe);
      const found = await page.evaluate(() => window.axe.run());
      const words = found.violations.map(
        ({ id, nodes }) => `${id} (${nodes.map((node) => node.target).join(', ')})`,
      );
      check(`axe, ${scene}, ${colorScheme}`, words.join('; ') || 'nothing', words.length === 0);
      await page.close();
    }
    await context.close();
  }
}

await withGallery(async (browser, base) => {
  await scrolling(browser, base);
  await accessibility(browser, base);
});
process.exitCode = failures > 0 ? 1 : 0;
