// The main screens, light and dark, wide and narrow: looked at by axe, and kept as pictures in `screenshots`.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asks, finished } from '../src/asking.ts';
import { openBrowser, visit } from '../src/browser.ts';
import { keep, picture as pictures, type Sizes } from '../src/look.ts';
import { Person } from '../src/person.ts';
import { Server } from '../src/server.ts';

const SIZES = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;
const PATIENCE_MS = 420_000;
/** Seconds of a countdown that is at work for longer than four pictures take: it ends because somebody stops it. */
const LONG = 300;

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

/** Takes the pictures of a screen; axe finds nothing on them. */
async function picture(page: Page, name: string, sizes: Sizes = SIZES): Promise<void> {
  expect(await pictures(page, name, sizes)).toEqual([]);
  if (sizes === SIZES) await page.setViewportSize(SIZES.wide);
}

/** Makes a room for everyone and opens it. */
async function makes({ page }: Person, name: string): Promise<void> {
  await page.getByRole('button', { name: 'New room' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Everyone on this server').check();
  await page.getByRole('button', { name: 'Make room' }).click();
  await page.getByRole('log', { name: `Messages in ${name}` }).waitFor();
}

test('E6: the door and the first screen', { timeout: PATIENCE_MS }, async () => {
  await using server = await Server.start();
  const { page, problems } = await visit(browser, server.url);
  await page.getByLabel('Your name').waitFor();
  await picture(page, 'door');
  expect(problems).toEqual([]);
  const mara = await Person.enter(browser, server.url, 'Mara Lindqvist');
  await mara.page.getByText('Nothing here yet').waitFor();
  await picture(mara.page, 'first');
  expect(mara.problems).toEqual([]);
});

test('B8 B12 F5: a room at work', { timeout: PATIENCE_MS }, async () => {
  await using server = await Server.start();
  const mara = await Person.enter(browser, server.url, 'Mara Lindqvist');
  const tomas = await Person.enter(browser, server.url, 'Tomas Brandt');
  const { page } = mara;
  await mara.says('Morning! Shall we cut the cable once more before the **release**?');
  await tomas.hears('Morning!');
  await tomas.says('Yes. Watch what the agent makes of it.');
  await mara.hears('Watch what');
  await finished(mara, await asks(mara, '@demo search release'));
  await mara.says(`@demo countdown ${LONG}`);
  const bar = page.getByRole('progressbar', { name: 'Progress of countdown' });
  await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(1);
  await tomas.says('@demo story');
  // What is under way is not in line.
  await page.getByText('Waiting for Demo', { exact: true }).waitFor();
  await tomas.says('@demo countdown 1');
  await page.getByText('Waiting for Demo, 2nd in line').waitFor();
  await picture(page, 'tool');

  await page.getByRole('button', { name: 'Cancel countdown' }).click();
  await page.getByText('The train, the tunnel').waitFor();
  await page.getByText('A sentence that is not finished').waitFor();
  await picture(page, 'story');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('release');
  await page.getByRole('option').nth(2).waitFor();
  await picture(page, 'palette');
  await page.keyboard.press('Escape');
  // A violated content security policy would be told on the console.
  expect([...mara.problems, ...tomas.problems]).toEqual([]);

  await server.kill();
  await mara.sees('Reconnecting');
  await mara.says('Still here?');
  await page.getByText(/1 message is waiting/u).waitFor();
  await picture(page, 'outage');
});

test('F5 B8: what an agent asks, and a long output', { timeout: PATIENCE_MS }, async () => {
  await using server = await Server.start();
  const mara = await Person.enter(browser, server.url, 'Mara Lindqvist');
  const { page } = mara;
  await mara.says('@demo launch');
  await page.getByRole('button', { name: 'Change arguments' }).click();
  await page.getByRole('textbox', { name: 'Arguments, as JSON' }).waitFor();
  await picture(page, 'decision');
  await page.getByRole('button', { name: 'Deny' }).click();
  await mara.hears('Nothing was launched.');
  await mara.says('@demo ask me');
  await page.getByLabel('Which way').waitFor();
  await picture(page, 'question');
  await page.getByRole('button', { name: 'Decline' }).click();
  await mara.hears('I stay where I am.');
  await mara.says('@demo print');
  await mara.hears('That was more than anyone reads.');
  await page.locator('.ap-tool').filter({ hasText: 'print' }).first().locator('.ap-tool-toggle').click();
  await page.getByRole('button', { name: 'About Demo' }).click();
  await page.getByText('Built into this server').waitFor();
  await picture(page, 'output');
  expect(mara.problems).toEqual([]);
});

test('the picture of the README: two people and an agent at work', { timeout: PATIENCE_MS }, async () => {
  await using server = await Server.start();
  const mara = await Person.enter(browser, server.url, 'Mara Lindqvist');
  const tomas = await Person.enter(browser, server.url, 'Tomas Brandt');
  const { page } = mara;
  await page.setViewportSize(SIZES.wide);
  await page.emulateMedia({ colorScheme: 'light' });
  await makes(mara, 'support-triage');
  await makes(mara, 'release-42');
  await tomas.page.goto(page.url());
  await mara.opens('General');
  for (const text of ['The notes are written.', 'Noon, then?']) await tomas.says(text);
  await page.locator('.nav-count').getByText('2').waitFor();
  await tomas.page.goto(page.url());
  await mara.says('Morning! The trace of last night is in. Who has looked at it?');
  await tomas.hears('Morning!');
  await tomas.says('I have. Not one message lost, not one doubled.');
  await mara.hears('Not one message');
  await finished(mara, await asks(mara, '@demo search trace'));
  await mara.says('@demo countdown 99');
  const bar = page.getByRole('progressbar', { name: 'Progress of countdown' });
  await expect
    .poll(async () => Number(await bar.getAttribute('aria-valuenow')), { timeout: 60_000 })
    .toBeGreaterThan(20);
  // He writes on until the picture is taken: a pause is taken for an end.
  const composer = tomas.page.getByRole('textbox', { name: /^Message to/u });
  const words = 'And then the storm came, and went.';
  const writing = composer.pressSequentially(words, { delay: 500, timeout: PATIENCE_MS / 2 });
  await page.getByText('Tomas Brandt is writing').waitFor();
  await page.mouse.move(0, 0);
  await keep(page, 'readme');
  await writing;
});

test('E6: the rooms and the people of a phone are drawers', { timeout: PATIENCE_MS }, async () => {
  await using server = await Server.start();
  const mara = await Person.enter(browser, server.url, 'Mara Lindqvist');
  const { page } = mara;
  await page.setViewportSize(SIZES.phone);
  for (const [name, button] of [
    ['rooms', page.getByRole('button', { name: 'Rooms', exact: true })],
    ['people', page.getByRole('button', { name: 'Show members' })],
  ] as const) {
    await button.click();
    await picture(page, name, { phone: SIZES.phone });
    await page.keyboard.press('Escape');
  }
  expect(mara.problems).toEqual([]);
});
