// People and the agent in one room: its tools move, can be stopped, and its words arrive whole whatever happens.
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../src/browser.ts';
import { Person } from '../src/person.ts';
import { FaultProxy } from '../src/proxy.ts';
import { between, random, seed } from '../src/random.ts';
import { Server } from '../src/server.ts';

const SEED = seed();
/** More seconds than any test takes: it ends because somebody stops it. */
const LONG = 300;
/** Five tears and their ways back on a busy machine, and as long again for the answer. */
const TORN_MS = 180_000;

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

function countdown(person: Person): Locator {
  return person.page.locator('.ap-tool').filter({ hasText: 'countdown' }).first();
}

/** Watches what a tool at work puts out, until it has put out more. */
async function outputGrows(person: Person): Promise<void> {
  const output = person.page.locator('.ap-tool[data-state="running"] pre[aria-label="Output"]');
  const before = await output.innerText();
  expect(before).toMatch(/\d/);
  await expect.poll(() => output.innerText()).not.toBe(before);
}

/** The agent's answer, once nothing in it moves any more. */
async function finished(person: Person): Promise<Locator> {
  const answer = person.page
    .locator('article:not([aria-busy])')
    .filter({ has: person.page.getByText('agent', { exact: true }) });
  await answer.first().waitFor();
  return answer.first();
}

/** What a device does that comes back to its network: the page tries at once, not when its patience says. */
async function wake(person: Person): Promise<void> {
  await person.page.evaluate(() => dispatchEvent(new Event('online')));
}

test('B4 B8 F1: a tool shows its progress to everyone in the room, and its end', async () => {
  await using server = await Server.start();
  const ada = await Person.enter(browser, server.url, 'Ada');
  const grace = await Person.enter(browser, server.url, 'Grace');
  await ada.says(`@demo countdown ${LONG}`);
  await Promise.all([ada, grace].map(({ page }) => page.getByRole('progressbar').waitFor()));
  await ada.page.getByRole('button', { name: 'Cancel countdown' }).click();
  for (const person of [ada, grace]) {
    await person.page.getByRole('progressbar').waitFor({ state: 'detached' });
    await finished(person);
    expect(person.problems).toEqual([]);
  }
});

test('B8 F4: who asked for a tool can stop it, others cannot, and all see that it was stopped', async () => {
  await using server = await Server.start();
  const ada = await Person.enter(browser, server.url, 'Ada');
  const grace = await Person.enter(browser, server.url, 'Grace');
  await ada.says(`@demo countdown ${LONG}`);
  await grace.page.getByRole('progressbar').waitFor();
  await Promise.all([ada, grace].map(outputGrows));
  expect(await grace.page.getByRole('button', { name: 'Cancel countdown' }).count()).toBe(0);
  await ada.page.getByRole('button', { name: 'Cancel countdown' }).click();
  for (const person of [ada, grace]) {
    await expect.poll(() => countdown(person).getAttribute('data-state')).toBe('cancelled');
  }
});

const TORN = `B7 F2: an answer that was torn again and again reads as one that was not (SEED=${SEED})`;

test(TORN, { timeout: TORN_MS }, async () => {
  await using server = await Server.start();
  await using proxy = await FaultProxy.start(server.port, SEED);
  const ada = await Person.enter(browser, proxy.origin, 'Ada');
  const grace = await Person.enter(browser, server.url, 'Grace');
  const choose = random(SEED);
  let sockets = 0;
  let armed = 0;
  ada.page.on('websocket', () => (sockets += 1));
  await ada.says('@demo a long story');
  for (const many of [1, 2, 3, 4, 5]) {
    await expect
      .poll(async () => {
        // It may have been a picture's connection that was torn: go on until it was the socket.
        if (proxy.torn >= armed) proxy.resetAfter('down', between(choose, 1, 4000));
        armed = proxy.torn + 1;
        await wake(ada);
        return sockets;
      })
      .toBeGreaterThanOrEqual(many);
  }
  proxy.heal();
  await wake(ada);
  await ada.sees('Live');
  await expect.poll(() => grace.page.locator('.ap-prose').allInnerTexts().then(String)).toMatch(/.{500}/s);
  // The story is longer than anyone's patience, unless the machine is slow and it has come to its end.
  const stopped = ada.page
    .getByRole('button', { name: /^Stop/ })
    .click()
    .catch(() => undefined);
  await Promise.race([stopped, finished(ada)]);
  const [torn, whole] = await Promise.all([finished(ada), finished(grace)]);
  expect(await torn.locator('.ap-prose').allInnerTexts()).toEqual(
    await whole.locator('.ap-prose').allInnerTexts(),
  );
});

test('F3: a run whose server is killed ends once, for everyone who sees it later', async () => {
  await using server = await Server.start();
  const ada = await Person.enter(browser, server.url, 'Ada');
  await ada.says(`@demo countdown ${LONG}`);
  await ada.page.getByRole('progressbar').waitFor();
  await server.kill();
  await server.restart();
  await ada.sees('Live');
  await ada.page.getByRole('progressbar').waitFor({ state: 'detached' });
  const grace = await Person.enter(browser, server.url, 'Grace');
  await grace.hears(`countdown ${LONG}`);
  expect(await grace.page.getByRole('progressbar').count()).toBe(0);
  await ada.says('@demo hello');
  await expect
    .poll(() => ada.page.locator('article:not([aria-busy]) .ap-row-kind').count())
    .toBeGreaterThan(1);
});
