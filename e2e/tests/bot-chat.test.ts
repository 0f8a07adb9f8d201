// A conversation with one bot in somebody else's page: its session is found or made, once, and says how the bot is.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, type Visit } from '../src/browser.ts';
import { type Bundle, bundlePage, embed } from '../src/embed.ts';
import { picture } from '../src/look.ts';
import { asked, openSockets } from '../src/meters.ts';
import { Server } from '../src/server.ts';
import { serverOfATeller, TELLER } from '../src/teller.ts';
import { guest } from '../src/wire.ts';

const SIZES = { wide: { width: 800, height: 700 }, narrow: { width: 360, height: 700 } };

let browser: Browser;
let bot: Bundle;

beforeAll(async () => {
  browser = await openBrowser();
  bot = await bundlePage('bot.tsx', 'development');
});

afterAll(async () => {
  await browser.close();
});

/** Opens the page as somebody new. */
async function open(server: Server, more = '', id: string = TELLER.id): Promise<Visit> {
  const { token } = await guest(server.url, 'Ada');
  return embed(browser, server, bot, { hash: `#bot=${id}&token=${token}${more}` });
}

async function says(page: Page, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: /^Message to/ });
  await field.fill(text);
  await field.press('Enter');
}

/** What the page's listeners were told. */
async function told<T>(page: Page, name: 'updates' | 'heard'): Promise<T[]> {
  const read = (which: string): string => JSON.stringify((window as unknown as Record<string, T[]>)[which]);
  return JSON.parse(await page.evaluate(read, name)) as T[];
}

test('D6 D8: a bot is talked with in one session, which is there again when the page is loaded again', async () => {
  await using stage = await serverOfATeller(async (run) => {
    await run.status('thinking');
    await run.reply.text(`You said: ${run.text}`);
  });
  const { server } = stage;
  const { page, problems } = await open(server);
  await page.getByRole('heading', { name: 'Talk with Teller' }).waitFor();
  await page.getByPlaceholder('Write to Teller').waitFor();
  await says(page, 'hello');
  await page.getByRole('article').filter({ hasText: 'You said: hello' }).waitFor();
  await expect.poll(() => told<string>(page, 'heard')).toEqual(['hello', 'You said: hello']);
  const updates = await told<{ botId: string; status: string; activity?: string }>(page, 'updates');
  expect(updates[0]).toMatchObject({ botId: TELLER.id, status: 'running' });
  expect(updates.map(({ activity }) => activity)).toContain('thinking');
  await page.reload();
  await page.getByRole('article').filter({ hasText: 'You said: hello' }).waitFor();
  expect(await asked(server, 'create_room')).toBe(1);
  // The bot's, and the page's.
  expect(await openSockets(server)).toBe(2);
  expect(problems).toEqual([]);
});

test('D8: without autoConnect nothing opens before one joins, and what is sent before arrives', async () => {
  await using stage = await serverOfATeller((run) => run.reply.text(`You said: ${run.text}`));
  const { server } = stage;
  const authenticated = await asked(server, 'authenticate');
  const { page, problems } = await open(server, '&auto=no');
  await page.getByText('not connected').waitFor();
  expect(await asked(server, 'authenticate')).toBe(authenticated);
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('You said: hello').waitFor();
  await page.getByText('running').waitFor();
  expect(await asked(server, 'create_room')).toBe(1);
  // It is not this guest's bot.
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.locator('output').getByText('ChatError').waitFor();
  await page.getByText('running').waitFor();
  expect(problems).toEqual([]);
});

test('D8: a bot that is not there is told of in words', async () => {
  await using server = await Server.start();
  const { page } = await open(server, '', 'nobody');
  await page.getByText('This agent cannot be reached').waitFor();
});

test('A page that holds the conversation itself can have it shown', async () => {
  await using server = await Server.start();
  const { token } = await guest(server.url, 'Ada');
  const given = await bundlePage('given.tsx');
  const { page, problems } = await embed(browser, server, given, { hash: `#token=${token}` });
  await page.getByRole('button', { name: 'story' }).click();
  const answer = page.locator('article').nth(1);
  await expect.poll(() => answer.textContent()).toMatch(/.{200}/su);
  await page.getByRole('button', { name: 'Stop Demo' }).click();
  await expect.poll(() => answer.getAttribute('data-state')).toBe('stopped');
  expect(problems).toEqual([]);
});

test('B12: a conversation with a bot is accessible, empty and filled, light and dark, wide and narrow', async () => {
  await using stage = await serverOfATeller((run) => run.reply.text('Once upon a time there was *a train*.'));
  const { page } = await open(stage.server);
  const suggestion = page.getByRole('button', { name: 'Tell me a story' });
  await suggestion.waitFor();
  expect(await picture(page, 'bot-empty', SIZES)).toEqual([]);
  await suggestion.click();
  await page.locator('article[data-state="done"]').waitFor();
  expect(await picture(page, 'bot', SIZES)).toEqual([]);
});
