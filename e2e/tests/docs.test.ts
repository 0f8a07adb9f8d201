// The page for REST (E3, E4): it names every operation, signs somebody in, sends a request and shows the answer, and nothing of it
// comes from elsewhere.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, visitIn } from '../src/browser.ts';
import { picture } from '../src/look.ts';
import { Server } from '../src/server.ts';

/** Of Swagger UI, not ours to mend: the whole line of an operation is a button around others. */
const KNOWN = /nested-interactive/;

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

test('E4: what REST can do is looked at and tried at /docs, as a guest', async () => {
  await using server = await Server.start();
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  // From the first request on, and what is stopped before it leaves counts as well.
  const asked = new Set<string>();
  context.on('request', (request) => asked.add(new URL(request.url()).origin));
  const { page, problems } = await visitIn(context, `${server.url}/docs`);

  const operation = page.locator('#operations-rooms-list_rooms');
  await operation.waitFor();
  const described = (await (await fetch(`${server.url}/v1/openapi.json`)).json()) as {
    paths: Record<string, object>;
  };
  const count = Object.values(described.paths).flatMap((methods) => Object.keys(methods)).length;
  expect(await page.locator('.opblock').count()).toBe(count);
  const found = await picture(page, 'docs', { wide: { width: 1280, height: 900 } });
  expect(found.filter((each) => !KNOWN.test(each))).toEqual([]);

  await page.getByLabel('Try it as a guest called').fill('Rhea');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('Signed in as Rhea').waitFor();
  await operation.locator('.opblock-summary-control').click();
  await operation.getByRole('button', { name: 'Try it out' }).click();
  await operation.getByRole('button', { name: 'Execute' }).click();
  const answer = operation.locator('.live-responses-table .response').first();
  await answer.getByText('200').first().waitFor();
  expect(await answer.textContent()).toContain('"rooms"');

  expect([...asked]).toEqual([server.url]);
  expect(problems).toEqual([]);
});
