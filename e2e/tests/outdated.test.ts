// A page that stayed open while the server learned another version of the protocol.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, visitIn } from '../src/browser.ts';
import { Server } from '../src/server.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

test('E2: a page that speaks another version is told so, keeps its draft, and comes back by loading again', async () => {
  await using server = await Server.start();
  const context = await browser.newContext();
  const { page } = await visitIn(context, server.url);
  await page.getByLabel('Your name').fill('Ada');
  await page.getByRole('button', { name: 'Come in' }).click();
  await page.locator('.ap-pill').getByText('Live', { exact: true }).waitFor();
  await page.getByRole('textbox', { name: /^Message to/ }).fill('half a sentence');
  // The same page, as it was before the server changed.
  await page.addInitScript(() => {
    if (sessionStorage.getItem('old') === 'no') return;
    sessionStorage.setItem('old', 'no');
    const Current = WebSocket;
    window.WebSocket = class extends Current {
      constructor(url: string) {
        super(url, 'antiphon.v0');
      }
    } as unknown as typeof WebSocket;
  });
  await page.reload();
  const banner = page.getByRole('group', { name: 'Connection' });
  await banner.getByText('This page is older than the server.').waitFor();
  await banner.getByRole('button', { name: 'Reload' }).click();
  await page.locator('.ap-pill').getByText('Live', { exact: true }).waitFor();
  expect(await page.getByRole('textbox', { name: /^Message to/ }).inputValue()).toBe('half a sentence');
});
