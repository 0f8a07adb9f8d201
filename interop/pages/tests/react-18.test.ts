// The hooks and the components work with the oldest React that they say they do: the programs of their README run with it as
// they stand there, in a real browser (E5).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openBrowser } from '@antiphon/e2e/browser';
import { blocks } from '@antiphon/e2e/documents';
import { bundle, embed } from '@antiphon/e2e/embed';
import { Server } from '@antiphon/e2e/server';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

const INTEROP = join(import.meta.dirname, '../..');
const FOLDER = join(INTEROP, 'react-18');
const README = join(INTEROP, '../packages/react/README.md');
const VERSION = `export { version } from 'react';`;

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

test.for([
  ['components', 0],
  ['hooks', 1],
] as const)('React 18: the %s of the README ask, are answered, and stop', async ([, which]) => {
  await using server = await Server.start();
  const program = blocks(await readFile(README, 'utf8'), 'tsx')[which] ?? '';
  const main = `import { version } from './react-version';\n${program}\nwindow.react = version;`;
  const page = await bundle(main, 'production', { folder: FOLDER, beside: { 'react-version.tsx': VERSION } });
  const body = '<main id="root" style="height: 600px"></main>';
  const opened = await embed(browser, server, page, { body });
  const field = opened.page.getByRole('textbox');
  await field.fill('@demo story');
  await field.press('Enter');
  await opened.page.getByText('The train, the tunnel').first().waitFor();
  await opened.page.getByRole('button', { name: /^Stop/u }).click();
  await opened.page.getByRole('button', { name: /^Stop/u }).waitFor({ state: 'detached' });
  expect(await opened.page.evaluate(() => (window as unknown as { react: string }).react)).toMatch(/^18\./u);
  expect(opened.problems).toEqual([]);
});
