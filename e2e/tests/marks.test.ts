// What is kept in view, what is kept out of it, and who has seen what.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../src/browser.ts';
import { Person } from '../src/person.ts';
import { Server } from '../src/server.ts';

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([openBrowser(), Server.start()]);
});

afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
});

test('B14: who wrote last reads who has seen it, as soon as they have', async () => {
  const ada = await Person.enter(browser, server.url, 'Ada');
  const grace = await Person.enter(browser, server.url, 'Grace');
  await ada.makes('pier', { open: true });
  await grace.finds('pier');
  await grace.opens('General');
  await ada.says('Is anybody there?');
  const question = await ada.hears('Is anybody there?');
  await question.getByText('Sent', { exact: true }).waitFor();
  await grace.opens('pier');
  await question.getByText('Seen by Grace').waitFor();
  await grace.says('I am.');
  await ada.says('Good.');
  await (await ada.hears('Good.')).getByText('Seen by Grace').waitFor();
  expect(await question.getByText('Seen by Grace').count()).toBe(0);
  expect([...ada.problems, ...grace.problems]).toEqual([]);
});

test('F1: a message is pinned, found again in its room, and unpinned; another is hidden, and shown by wish', async () => {
  const ada = await Person.enter(browser, server.url, 'Ada Marks');
  const grace = await Person.enter(browser, server.url, 'Grace Marks');
  await ada.makes('lighthouse', { open: true });
  await grace.finds('lighthouse');
  await grace.says('The lamp is lit at six.');
  const lamp = await ada.hears('The lamp is lit at six.');
  await lamp.hover();
  await lamp.getByRole('button', { name: 'Pin', exact: true }).click();
  const seen = await grace.hears('The lamp is lit at six.');
  await seen.getByText('pinned', { exact: true }).waitFor();
  await seen.hover();
  await seen.getByRole('button', { name: 'Reply' }).waitFor();
  expect(await seen.getByRole('button', { name: 'Unpin' }).count()).toBe(0);

  await grace.says('Something that helps nobody.');
  const noise = await ada.hears('Something that helps nobody.');
  await noise.hover();
  await noise.getByRole('button', { name: 'Hide', exact: true }).click();
  const hidden = await grace.hears('Hidden by Ada Marks');
  expect(await grace.messages('Something that helps nobody.').count()).toBe(0);
  await hidden.getByRole('button', { name: 'Show' }).click();
  await grace.hears('Something that helps nobody.');

  // Everyone finds what is pinned in what the room tells about itself, and it leads there.
  await grace.page.getByRole('heading', { name: 'lighthouse' }).getByRole('button').click();
  const pinned = grace.page.getByRole('dialog').getByRole('button', { name: /lamp is lit/u });
  await pinned.click();
  await grace.page.locator('article[data-target]').filter({ hasText: 'lamp is lit' }).waitFor();
  await lamp.hover();
  await lamp.getByRole('button', { name: 'Unpin' }).click();
  await seen.getByText('pinned', { exact: true }).waitFor({ state: 'detached' });
  expect([...ada.problems, ...grace.problems]).toEqual([]);
});
