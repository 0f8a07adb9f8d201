// Agents as members, at the page: they ask and are answered from any device, wait with a reason, and print at length.
import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../src/browser.ts';
import { Person } from '../src/person.ts';
import { FaultProxy } from '../src/proxy.ts';
import { Server } from '../src/server.ts';

const PATIENCE_MS = 120_000;

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

function card(person: Person, tool: string) {
  return person.page.locator('.ap-tool').filter({ hasText: tool }).first();
}

test(
  'F5: a decision is taken on another device, and the first one shows it at once',
  { timeout: PATIENCE_MS },
  async () => {
    await using server = await Server.start();
    const ada = await Person.enter(browser, server.url, 'Ada');
    const phone = await ada.onAnotherDevice(browser, server.url);
    const grace = await Person.enter(browser, server.url, 'Grace');
    await ada.says('@demo launch');
    await ada.page.getByRole('button', { name: 'Allow once' }).waitFor();
    await ada.page.getByText('agent, waiting for you, 1').waitFor();
    // Who did not ask may look, and not decide.
    await grace.page.getByText('Waiting for somebody who may decide').waitFor();
    await grace.page.getByText('agent, waiting', { exact: true }).waitFor();
    expect(await grace.page.getByRole('button', { name: 'Allow once' }).count()).toBe(0);
    await phone.page.getByRole('button', { name: 'Allow once' }).click();
    for (const person of [ada, grace]) {
      await person.page.getByText('allowed by Ada').waitFor();
      await person.hears('3 balloons are in the air.');
      expect(await card(person, 'launch').getAttribute('data-state')).toBe('done');
    }
    expect([...ada.problems, ...phone.problems, ...grace.problems]).toEqual([]);
  },
);

test(
  'F5: arguments are changed before a tool is allowed, and it runs with those',
  { timeout: PATIENCE_MS },
  async () => {
    await using server = await Server.start();
    const ada = await Person.enter(browser, server.url, 'Ada');
    await ada.says('@demo launch');
    await ada.page.getByRole('button', { name: 'Change arguments' }).click();
    const editor = ada.page.getByRole('textbox', { name: 'Arguments, as JSON' });
    await editor.fill('{ "balloons": 2, ');
    await ada.page.getByText('This is not JSON yet').waitFor();
    await editor.fill('{ "balloons": 2, "colour": "red" }');
    await ada.page.getByRole('button', { name: 'Allow with these' }).click();
    await ada.hears('2 balloons are in the air.');
    await card(ada, 'launch').locator('.ap-tool-toggle').click();
    await ada.page.getByText('red balloon 2 is up').waitFor();
    await ada.page.getByText('Allowed by Ada, with other arguments.').waitFor();
  },
);

test('F5: whoever decides second is told who was first', { timeout: PATIENCE_MS }, async () => {
  await using server = await Server.start();
  await using proxy = await FaultProxy.start(server.port, 1);
  const ada = await Person.enter(browser, server.url, 'Ada');
  const slow = await ada.onAnotherDevice(browser, proxy.origin);
  await ada.says('@demo launch');
  await slow.page.getByRole('button', { name: 'Deny' }).waitFor();
  // Nothing reaches the slow device any more, so that it does not know what was decided elsewhere.
  proxy.hold('down');
  await ada.page.getByRole('button', { name: 'Allow once' }).click();
  await ada.hears('3 balloons are in the air.');
  await slow.page.getByRole('button', { name: 'Deny' }).click();
  proxy.heal();
  await slow.page.getByText('Somebody else was faster.', { exact: true }).waitFor();
  await slow.hears('3 balloons are in the air.');
});

test('F5: a question has a form, and its answer is told to everyone', { timeout: PATIENCE_MS }, async () => {
  await using server = await Server.start();
  const ada = await Person.enter(browser, server.url, 'Ada');
  const grace = await Person.enter(browser, server.url, 'Grace');
  await ada.says('@demo ask me');
  await ada.page.getByLabel('Which way').selectOption('west');
  await ada.page.getByLabel('How far, in metres').fill('42');
  await ada.page.getByRole('button', { name: 'Answer' }).click();
  for (const person of [ada, grace]) {
    await person.hears('I go 42 metres west.');
    await person.page
      .getByText(/Ada answered/u)
      .first()
      .waitFor();
  }
});

test(
  'B6: a message waits for an agent that is stopped, says why, and is answered once it is started',
  { timeout: PATIENCE_MS },
  async () => {
    await using server = await Server.start();
    const ada = await Person.enter(browser, server.url, 'Ada');
    const id = await ada.id();
    await server.restart(`administrators = ["${id}"]\n`);
    await ada.page.reload();
    await ada.sees('Live');
    await ada.page.getByRole('button', { name: 'About Demo' }).click();
    await ada.page.getByRole('button', { name: 'Stop Demo' }).click();
    await ada.page.getByRole('button', { name: 'Start Demo' }).first().waitFor();
    const grace = await Person.enter(browser, server.url, 'Grace');
    await grace.says('@demo countdown 1');
    await grace.page.getByText('Waiting for Demo. It is stopped.').waitFor();
    expect(await grace.page.getByRole('button', { name: 'Start Demo' }).count()).toBe(0);
    const note = ada.page.locator('.ap-row-waits').first();
    await note.getByRole('button', { name: 'Start Demo' }).click();
    for (const person of [ada, grace]) await person.hears(/Zero\. That was a countdown of 1/u);
  },
);

test(
  'B8: a tool that prints more than is shown says so, and gives all of it',
  { timeout: PATIENCE_MS },
  async () => {
    await using server = await Server.start();
    const ada = await Person.enter(browser, server.url, 'Ada');
    await ada.says('@demo print');
    await ada.hears('That was more than anyone reads.');
    await card(ada, 'print').locator('.ap-tool-toggle').click();
    await ada.page.getByText('line 3000 of 3000').waitFor();
    const coming = ada.page.waitForEvent('download');
    await ada.page.getByRole('button', { name: 'Whole output' }).click();
    const file = await readFile(await (await coming).path(), 'utf8');
    expect(file.trimEnd().split('\n')).toHaveLength(3_000);
  },
);
