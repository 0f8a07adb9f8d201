// The browser itself: it starts here, opens pages of this machine, and tells what goes wrong in them.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LAN, openBrowser, visit } from '../src/browser.ts';

const PAGE = '<!doctype html><title>A page</title><link rel="icon" href="data:,"><button>Say</button>';

const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(PAGE));
let port: number;
let browser: Browser;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
  server.close();
});

test('a page opens, is clicked, and has no problems', async () => {
  const { page, problems } = await visit(browser, `http://127.0.0.1:${port}/`);
  await page.getByRole('button', { name: 'Say' }).click();
  expect(await page.title()).toBe('A page');
  expect(problems).toEqual([]);
});

test('what a page complains about is told', async () => {
  const { page, problems } = await visit(browser, `http://127.0.0.1:${port}/`);
  await page.evaluate(() => {
    console.error('said');
    setTimeout(() => {
      throw new Error('thrown');
    });
  });
  await expect.poll(() => problems.map(String).sort()).toEqual(['said', 'thrown']);
});

test('a page on a LAN without TLS has no secure context', async () => {
  const secure = async (host: string) =>
    (await visit(browser, `http://${host}:${port}/`)).page.evaluate(() => isSecureContext);
  expect(await secure('127.0.0.1')).toBe(true);
  expect(await secure(LAN)).toBe(false);
});

test('two visits share nothing', async () => {
  const [one, other] = await Promise.all([1, 2].map(() => visit(browser, `http://127.0.0.1:${port}/`)));
  await one?.page.evaluate(() => {
    localStorage.setItem('who', 'one');
  });
  expect(await other?.page.evaluate(() => localStorage.getItem('who'))).toBeNull();
});
