// What the documents have people write in React is true: each program runs as it stands there, in a real browser.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../src/browser.ts';
import { blocks } from '../src/documents.ts';
import { bundle, embed } from '../src/embed.ts';
import { Server } from '../src/server.ts';
import { guest } from '../src/wire.ts';

const TEN_LINES = 10;
const BODY = '<main id="root" style="height: 600px"></main>';

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

/** The programs in TSX of a document. */
async function programs(path: string): Promise<readonly string[]> {
  return blocks(await readFile(join(import.meta.dirname, '../..', path), 'utf8'), 'tsx');
}

/** Says something into the only field there is, and waits for the answer of the agent. */
async function asks(page: Page, text: string, answer: RegExp): Promise<void> {
  const field = page.getByRole('textbox');
  await field.fill(text);
  await field.press('Enter');
  await page.getByText(answer).first().waitFor();
}

test.for(['packages/react/README.md', 'docs/embedding.md'])(
  'the ten lines of %s put a chat into a page, in which the agent answers',
  async (path) => {
    await using server = await Server.start();
    const [program = ''] = await programs(path);
    expect(program.trim().split('\n')).toHaveLength(TEN_LINES);
    const { page, problems } = await embed(browser, server, await bundle(program), { body: BODY });
    await page.getByText('Live', { exact: true }).waitFor();
    await asks(page, '@demo hello', /./u);
    await page.locator('article[data-state="done"]').waitFor();
    expect(problems).toEqual([]);
  },
);

test('the hooks of packages/react/README.md are enough for a chat of one’s own', async () => {
  await using server = await Server.start();
  const program = (await programs('packages/react/README.md'))[1] ?? '';
  const { page, problems } = await embed(browser, server, await bundle(program), { body: BODY });
  await asks(page, '@demo story', /The train, the tunnel/u);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
  expect(problems).toEqual([]);
});

test('the agent of docs/embedding.md can be talked with, by a token that the page got somewhere', async () => {
  await using server = await Server.start();
  const program = (await programs('docs/embedding.md'))[1] ?? '';
  const { token } = await guest(server.url, 'Ada');
  const { page, problems } = await embed(browser, server, await bundle(program), {
    body: BODY,
    files: { 'chat-token': token },
  });
  await asks(page, 'hello', /./u);
  await page.locator('article[data-state="done"]').waitFor();
  expect(problems).toEqual([]);
});
