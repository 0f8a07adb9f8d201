// Rooms as people keep them: made, found, joined, changed, and left; who is in them, and as what.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../src/browser.ts';
import { Person } from '../src/person.ts';
import { Server } from '../src/server.ts';

const PATIENCE_MS = 180_000;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([openBrowser(), Server.start()]);
});

afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
});

test('A5 A6: an open room is found, joined, renamed and left', { timeout: PATIENCE_MS }, async () => {
  const ada = await Person.enter(browser, server.url, 'Ada');
  const grace = await Person.enter(browser, server.url, 'Grace');
  await ada.makes('harbour', { open: true });
  await grace.page.getByRole('button', { name: 'Find a room' }).click();
  await grace.page.getByRole('button', { name: 'Join harbour' }).click();
  await grace.page.getByRole('log', { name: 'Messages in harbour' }).waitFor();
  await grace.says('Found it.');
  await ada.hears('Found it.');

  await ada.page.getByRole('button', { name: 'harbour', exact: true }).last().click();
  await ada.page.getByLabel('Name', { exact: true }).fill('harbour-watch');
  await ada.page.getByLabel('Topic').fill('Who comes, who goes');
  await ada.page.getByRole('button', { name: 'Save' }).click();
  await grace.page.getByRole('heading', { name: 'harbour-watch' }).waitFor();
  await grace.page.getByText('Who comes, who goes').waitFor();

  // Who does not keep order there may look and leave, and change nothing.
  await grace.page.getByRole('heading', { name: 'harbour-watch' }).getByRole('button').click();
  await grace.page.getByRole('dialog').getByText('Who comes, who goes').waitFor();
  expect(await grace.page.getByRole('button', { name: 'Save' }).count()).toBe(0);
  await grace.page.getByRole('button', { name: 'Leave this room' }).click();
  await grace.page.getByRole('button', { name: 'Leave harbour-watch' }).click();
  await grace.page.getByRole('log', { name: 'Messages in General' }).waitFor();
  await ada.page.getByText('Grace left').waitFor();
  const rooms = grace.page.getByRole('navigation', { name: 'Rooms' });
  await expect.poll(() => rooms.getByText('harbour-watch').count()).toBe(0);
  expect([...ada.problems, ...grace.problems]).toEqual([]);
});

test('A room is deleted by its owner, for everyone who is in it', { timeout: PATIENCE_MS }, async () => {
  const ada = await Person.enter(browser, server.url, 'Ada Done');
  const grace = await Person.enter(browser, server.url, 'Grace Done');
  await ada.makes('regatta', { open: true });
  await grace.page.getByRole('button', { name: 'Find a room' }).click();
  await grace.page.getByRole('button', { name: 'Join regatta' }).click();
  await grace.says('Who won?');
  await ada.hears('Who won?');
  await grace.page.getByRole('heading', { name: 'regatta' }).getByRole('button').click();
  await grace.page.getByRole('button', { name: 'Leave this room' }).waitFor();
  expect(await grace.page.getByRole('button', { name: 'Delete this room' }).count()).toBe(0);
  await grace.page.keyboard.press('Escape');

  await ada.page.getByRole('heading', { name: 'regatta' }).getByRole('button').click();
  await ada.page.getByRole('button', { name: 'Delete this room' }).click();
  await ada.page.getByText('All that was said in it goes').waitFor();
  const sure = ada.page.getByRole('button', { name: 'Delete regatta' });
  // In view on the spot, with the words before it, and no key press away.
  expect(
    await sure.evaluate((button) => {
      const sheet = button.closest('.ap-dialog-body')!.getBoundingClientRect();
      return (
        button.getBoundingClientRect().bottom <= sheet.bottom &&
        document.activeElement === button.parentElement
      );
    }),
  ).toBe(true);
  await sure.click();
  await ada.page.getByRole('log', { name: 'Messages in General' }).waitFor();
  await grace.page.getByText('You are not in this room.').waitFor();
  for (const { page, problems } of [ada, grace]) {
    await expect.poll(() => page.getByRole('navigation').getByText('regatta').count()).toBe(0);
    expect(problems).toEqual([]);
  }
});

test('B6 D10: a closed room opens by invitation; roles hold at once', { timeout: PATIENCE_MS }, async () => {
  const ada = await Person.enter(browser, server.url, 'Ada Closed');
  const grace = await Person.enter(browser, server.url, 'Grace Closed');
  await ada.makes('cabin');
  await grace.page.getByRole('button', { name: 'Find a room' }).click();
  await grace.page.getByRole('dialog').getByRole('status').or(grace.page.getByLabel('Open rooms')).waitFor();
  expect(await grace.page.getByRole('button', { name: 'Join cabin' }).count()).toBe(0);
  await grace.page.keyboard.press('Escape');

  await ada.page.getByRole('button', { name: 'Add people' }).click();
  await ada.page.getByRole('checkbox', { name: /^Grace Closed/u }).check();
  await ada.page.getByRole('button', { name: 'Add', exact: true }).click();
  await grace.opens('cabin');
  await grace.says('Cosy.');
  await ada.hears('Cosy.');

  await ada.page.getByRole('button', { name: 'About Grace Closed' }).click();
  await ada.page.getByLabel('Role').selectOption({ label: 'Reads only' });
  await grace.page.getByText('You can read here, but not write.').waitFor();
  await ada.page.getByRole('button', { name: 'Remove', exact: true }).click();
  await ada.page.getByRole('button', { name: 'Remove Grace Closed from cabin' }).click();
  const rooms = grace.page.getByRole('navigation', { name: 'Rooms' });
  await expect.poll(() => rooms.getByText('cabin').count()).toBe(0);
  await ada.says('Alone again.');
  await ada.hears('Alone again.');
  expect(await grace.messages('Alone again.').count()).toBe(0);
});

test('A8: keys are on one sheet, and work', { timeout: PATIENCE_MS }, async () => {
  const ada = await Person.enter(browser, server.url, 'Ada Keys');
  const { page } = ada;
  await ada.says('To be answered.');
  const row = await ada.hears('To be answered.');
  await row.focus();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' });
  await row.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => row.getByRole('button', { name: 'Reply' }).evaluate(isFocused)).toBe(true);
  await page.keyboard.press('Escape');
  await expect.poll(() => row.evaluate(isFocused)).toBe(true);
  await page.keyboard.press('r');
  const composer = page.getByRole('textbox', { name: /^Message to/ });
  await expect.poll(() => composer.evaluate(isFocused)).toBe(true);
  await page.keyboard.type('Answered? By keys.');
  await page.keyboard.press('Enter');
  await ada.hears('Answered? By keys.');
  await page.keyboard.press('Control+Shift+K');
  await page.getByRole('combobox', { name: 'Jump to' }).waitFor();
  await expect
    .poll(() => page.getByRole('option').allTextContents())
    .toEqual([expect.stringContaining('Demo')]);
});

function isFocused(element: Element): boolean {
  return element === document.activeElement;
}
