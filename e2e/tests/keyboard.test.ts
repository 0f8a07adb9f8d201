// B12: everything with the keyboard alone: signing in, rooms, saying, answering, reacting, changing, stopping, deciding; and the
// focus is where one goes on from.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openBrowser, visit } from '../src/browser.ts';
import { Server } from '../src/server.ts';

/** The focus is where it should be within a moment, or never. */
const PATIENCE_MS = 20_000;

let browser: Browser;
let server: Server;
let page: Page;
let problems: readonly string[];

beforeAll(async () => {
  [browser, server] = await Promise.all([openBrowser(), Server.start()]);
});

afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
});

/** Comes in, as everybody does: the name has the focus, and then the place to write. */
beforeEach(async () => {
  ({ page, problems } = await visit(browser, server.url));
  await focusIs('Your name');
  await page.keyboard.type('Ada Lovelace');
  await page.keyboard.press('Enter');
  await page.locator('.ap-pill').getByText('Live', { exact: true }).waitFor();
  await focusIs('Message to General');
});

/** What the focused element is called, as a screen reader would say it: its name, or its first words. */
async function focused(): Promise<string> {
  return page.evaluate(() => {
    const one = document.activeElement;
    const named = one?.getAttribute('aria-label') ?? one?.closest('label')?.textContent;
    return (named ?? one?.textContent ?? '').trim();
  });
}

async function focusIs(name: string | RegExp): Promise<void> {
  await expect.poll(focused, { timeout: PATIENCE_MS }).toMatch(name);
}

/** Presses keys one after the other. */
async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** Writes where the focus is, and sends. */
async function says(text: string): Promise<void> {
  await page.keyboard.type(text);
  await press('Enter');
  await page.getByRole('article').filter({ hasText: text }).first().waitFor();
}

/** From the composer to the newest message. */
async function toNewest(words: string): Promise<void> {
  await press('Shift+F6');
  await focusIs(/^Messages in /u);
  await press('ArrowUp');
  await focusIs(words);
}

/** Tabs on until the focus is there; what it came by. */
async function tabTo(name: string, most = 12): Promise<readonly string[]> {
  const passed: string[] = [];
  while (passed.at(-1) !== name && passed.length < most) {
    await press('Tab');
    passed.push(await focused());
  }
  expect(passed.at(-1)).toBe(name);
  return passed;
}

test('B12: a room is made and others are opened, and one writes on at once', async () => {
  await press('Control+k');
  await focusIs('Jump to');
  await page.keyboard.type('New room');
  await press('Enter');
  await focusIs(/^Name/u);
  await page.keyboard.type('harbour');
  await press('Enter');
  await focusIs('Message to harbour');
  await press('Alt+ArrowUp');
  await focusIs('Message to General');
  await press('Control+k');
  await page.keyboard.type('harb');
  await press('Enter');
  await focusIs('Message to harbour');
  expect(problems).toEqual([]);
});

test('B12: saying, answering, reacting and changing', async () => {
  await says('First words');
  await focusIs('Message to General');

  await toNewest('First words');
  await press('r');
  await focusIs('Message to General');
  await page.getByText('Answering Ada Lovelace').waitFor();
  await says('An answer to them');
  await page.getByText('Answering').waitFor({ state: 'detached' });

  await toNewest('An answer');
  await press('Enter');
  await focusIs('Reply');
  await tabTo('React');
  await press('Enter');
  await focusIs('Agree');
  await press('Tab', 'Enter');
  const answer = page.getByRole('article').filter({ hasText: 'An answer to them' });
  await answer.getByRole('button', { name: /❤️/u }).waitFor();
  await focusIs('An answer');
  // Out of the actions again, and on through the log.
  await press('Enter', 'Escape');
  await focusIs('An answer');
  await press('ArrowUp');
  await focusIs('First words');

  await press('F6');
  await focusIs('Message to General');
  await press('ArrowUp');
  await page.getByText('Changing your message').waitFor();
  await page.keyboard.type(', changed');
  await press('Enter');
  await answer.getByText('An answer to them, changed').waitFor();
  await answer.getByText('edited').waitFor();
  await focusIs('Message to General');
  expect(problems).toEqual([]);
});

test('B12: sheets give the focus back', async () => {
  await press('Control+k');
  await focusIs('Jump to');
  await press('Escape');
  await focusIs('Message to General');
  // From one sheet to the next, and out of it.
  await press('Control+k');
  await page.keyboard.type('settings');
  await press('Enter');
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  await press('Escape');
  await focusIs('Message to General');
  await says('Something to stand on');
  await toNewest('Something to stand on');
  await press('?');
  await focusIs('Keys');
  await press('Escape');
  await focusIs('Something to stand on');
  // Once around: writing, members, rooms, messages.
  await press('F6');
  await focusIs('Message to General');
  await press('F6');
  await focusIs('In this room');
  await press('F6');
  await focusIs('Rooms');
  await press('F6');
  await focusIs('Messages in General');
  expect(problems).toEqual([]);
});

test('F4: an agent is stopped from where one writes, and not by one slip', async () => {
  await says('@demo story');
  await page.getByText('The train, the tunnel').first().waitFor();
  await focusIs('Message to General');
  await press('Escape');
  await page.getByText('Press Esc again to stop Demo').waitFor();
  await press('Escape');
  await page.getByText('Stopped by Ada Lovelace').waitFor();
  await focusIs('Message to General');
  expect(problems).toEqual([]);
});

test('F6: a tool is allowed, after a look at what exactly', async () => {
  await says('@demo launch');
  await page.getByRole('group', { name: /^Decision needed/u }).waitFor();
  // Said aloud, and the focus left where it was.
  await page.getByRole('alert').filter({ hasText: 'Shall I launch' }).waitFor({ state: 'attached' });
  await focusIs('Message to General');
  await press('Shift+F6', 'ArrowUp');
  await focusIs('Demo');
  expect((await tabTo('Deny')).filter((name) => /Details|Allow|Deny/u.test(name))).toEqual([
    'Details',
    'Allow once',
    'Allow in this room',
    'Deny',
  ]);
  await press('Shift+Tab', 'Shift+Tab');
  await focusIs('Allow once');
  await press('Enter');
  await page.locator('.ap-prose').getByText('balloons are in the air').waitFor();
  await focusIs('Demo');
  await press('F6');
  await focusIs('Message to General');
  expect(problems).toEqual([]);
});
