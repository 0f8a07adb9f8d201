// The first screen: a guest comes in, another one sees it, and an agent answers both, word by word.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { answerOf, asks, finished, stored, wordsOf } from '../src/asking.ts';
import { openBrowser } from '../src/browser.ts';
import { Person } from '../src/person.ts';
import { Server } from '../src/server.ts';
import { copied, seen, watch } from '../src/watcher.ts';

let browser: Browser;
let server: Server;
let ada: Person;
let grace: Person;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

beforeEach(async () => {
  server = await Server.start();
  ada = await Person.enter(browser, server.url, 'Ada');
  grace = await Person.enter(browser, server.url, 'Grace');
  return async () => {
    await Promise.all([ada.page.context().close(), grace.page.context().close()]);
    await server[Symbol.asyncDispose]();
  };
});

test('A9 B12: who is here shows, and what is said elsewhere counts as unread until it is read', async () => {
  const members = ada.page.locator('.panel .member-row');
  await members.filter({ hasText: 'Grace' }).getByText('here', { exact: true }).waitFor();

  await grace.page.getByRole('button', { name: 'New room' }).click();
  await grace.page.getByLabel('Name', { exact: true }).fill('harbour');
  await grace.page.getByRole('button', { name: 'Make room' }).click();
  await grace.page.getByRole('log', { name: 'Messages in harbour' }).waitFor();
  expect(new URL(grace.page.url()).pathname).toMatch(/^\/r\/./u);
  // An agent came along: the composer offers to call one.
  await grace.page.locator('.panel .member-row').filter({ hasText: 'Demo' }).waitFor();

  await ada.says('One');
  await ada.says('Two');
  const general = grace.page.locator('.nav-row').filter({ hasText: 'General' });
  await general.locator('.nav-count').getByText('2').waitFor();
  await grace.opens('General');
  await grace.hears('Two');
  await general.locator('.nav-count').waitFor({ state: 'detached' });
  // One's own words are never news.
  await grace.says('Three');
  await ada.hears('Three');
  expect(await general.locator('.nav-count').count()).toBe(0);

  await grace.page.context().close();
  await members.filter({ hasText: 'Grace' }).getByText('not here').waitFor();
});

test('B4 B7 D6: an answer streams to everyone, word by word, and ends as it is stored', async () => {
  const key = await asks(ada, '@demo help');
  await Promise.all([watch(ada.page, key), watch(grace.page, key)]);
  for (const person of [ada, grace]) {
    const answer = await finished(person, key);
    const { changes, losses, copies } = await seen(person.page);
    expect(changes).toBeGreaterThan(5);
    expect(losses).toEqual([]);
    expect(copies).toBe(1);
    const message = (await stored(server)).find(({ id }) => id === key);
    expect(message?.status).toBe('complete');
    expect(await copied(answer)).toBe(wordsOf(message));
  }
  expect([...ada.problems, ...grace.problems]).toEqual([]);
});

test('B8 F4: a tool is cancelled from the page while the answer goes on', async () => {
  // Longer than any test takes: it ends because somebody stops it.
  await ada.says('@demo countdown 300');
  const moves = async ({ page }: Person): Promise<void> => {
    const bar = page.getByRole('progressbar', { name: 'Progress of countdown' });
    await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(0);
  };
  await Promise.all([ada, grace].map(moves));
  await ada.page.getByRole('button', { name: 'Cancel countdown' }).click();
  for (const person of [ada, grace]) {
    await person.page.locator('.ap-tool[data-state="cancelled"]').waitFor();
    await person.hears('Only the tool ended');
    expect(person.problems).toEqual([]);
  }
});

test('F4: a story is stopped in the middle, for everyone, and says by whom', async () => {
  const key = await asks(ada, '@demo story');
  await watch(ada.page, key);
  await expect.poll(async () => (await seen(ada.page)).letters).toBeGreaterThan(40);
  await ada.page.getByRole('button', { name: 'Stop Demo' }).click();
  for (const person of [ada, grace]) {
    const answer = await finished(person, key);
    await answer.getByText('Stopped by Ada').waitFor();
    const message = (await stored(server)).find(({ id }) => id === key);
    expect(message?.status).toBe('cancelled');
    expect(await copied(answer)).toBe(wordsOf(message));
  }
  expect((await seen(ada.page)).losses).toEqual([]);
  // Who asked may ask again; others may not in their name.
  await answerOf(ada, key).getByRole('button', { name: 'Ask again' }).waitFor();
  expect(await answerOf(grace, key).getByRole('button', { name: 'Ask again' }).count()).toBe(0);
});

test('A4: what was said can be changed, answered and deleted, and everyone sees it', async () => {
  await ada.says('The word is ship');
  const heard = await grace.hears('The word is ship');
  const said = ada.messages('The word is ship').first();
  await said.hover();
  await said.getByRole('button', { name: 'Edit' }).click();
  await ada.says('The word is boat');
  await heard.or(grace.messages('The word is boat')).getByText('edited').waitFor();

  const changed = await grace.hears('The word is boat');
  await changed.hover();
  await changed.getByRole('button', { name: 'Reply' }).click();
  await grace.says('Understood');
  await ada.hears('Understood');

  const mine = ada.messages('The word is boat').first();
  await mine.hover();
  await mine.getByRole('button', { name: 'Delete' }).click();
  await grace.hears('Message deleted');
  expect(await grace.messages('The word is boat').count()).toBe(0);
});

test('B6: one talks with an agent in a room of one’s own, and comes back to it', async () => {
  await ada.page.locator('.nav-row').filter({ hasText: 'Demo' }).click();
  await ada.page.getByRole('heading', { name: 'Talk with Demo' }).waitFor();
  const address = ada.page.url();
  await ada.page.getByRole('button', { name: 'What is Antiphon, and what can you do?' }).click();
  await ada.hears('people and agents are members');
  await ada.page.reload();
  expect(ada.page.url()).toBe(address);
  await ada.hears('What is Antiphon');
  // Grace was never there, and is not let in.
  await grace.page.goto(address);
  await grace.page.getByText('There is no such room').waitFor();
});
