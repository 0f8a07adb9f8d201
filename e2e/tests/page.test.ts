// People at the page that the binary carries: what one says the other hears, also across a dead server.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LAN, openBrowser } from '../src/browser.ts';
import { Guest } from '../src/guest.ts';
import { violations } from '../src/look.ts';
import { Person } from '../src/person.ts';
import { FaultProxy } from '../src/proxy.ts';
import { Server } from '../src/server.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

test('A8 A9 E6: two people meet in the room that is there from the start', async () => {
  await using server = await Server.start();
  const ada = await Person.enter(browser, server.url, 'Ada');
  const grace = await Person.enter(browser, server.url, 'Grace');
  await ada.says('Is anyone here?');
  const heard = await grace.hears('Is anyone here?');
  expect(await heard.textContent()).toContain('Ada');
  await grace.says('Yes, I am.');
  await ada.hears('Yes, I am.');
  expect([...ada.problems, ...grace.problems]).toEqual([]);
});

test('A7: who is not in a room hears nothing of it', async () => {
  await using server = await Server.start();
  const outsider = await Person.enter(browser, server.url, 'Mallory');
  const insider = await Guest.signIn(server.url, 'Ada');
  await insider.createRoom('vault');
  await insider.send('vault', 'the word is swordfish');
  // What came before this has arrived before this.
  await insider.join('general');
  await insider.send('general', 'good morning');
  await outsider.hears('good morning');
  expect(await outsider.page.getByText('swordfish').count()).toBe(0);
});

test('A10 B3 B13: what is written while the server is dead arrives once it is back, once', async () => {
  await using server = await Server.start();
  const ada = await Person.enter(browser, server.url, 'Ada');
  const grace = await Person.enter(browser, server.url, 'Grace');
  await ada.says('before');
  await grace.hears('before');
  await server.kill();
  await ada.sees('Reconnecting');
  await ada.says('while it was dead');
  await server.restart();
  await grace.hears('while it was dead');
  await ada.sees('Live');
  await ada.says('after');
  await grace.hears('after');
  for (const person of [ada, grace]) {
    expect(await person.messages('while it was dead').count()).toBe(1);
    expect(await person.messages('before').count()).toBe(1);
  }
});

test('A10 B13: a page that is loaded again still has what it could not send', async () => {
  await using server = await Server.start();
  await using proxy = await FaultProxy.start(server.port);
  const ada = await Person.enter(browser, proxy.origin, 'Ada');
  const grace = await Person.enter(browser, server.url, 'Grace');
  proxy.hold('up');
  await ada.says('written into the void');
  await ada.hears('written into the void');
  proxy.heal();
  proxy.reset();
  await ada.page.reload();
  await grace.hears('written into the void');
  await ada.sees('Live');
  expect(await grace.messages('written into the void').count()).toBe(1);
});

test('B4: a connection that is torn in the middle of a frame loses nothing', async () => {
  await using server = await Server.start();
  await using proxy = await FaultProxy.start(server.port);
  const ada = await Person.enter(browser, proxy.origin, 'Ada');
  const grace = await Guest.signIn(server.url, 'Grace');
  await grace.join('general');
  for (const bytes of [1, 40, 400]) {
    proxy.resetAfter('down', bytes);
    await grace.send('general', `torn after ${bytes}`);
    await ada.hears(`torn after ${bytes}`);
    expect(await ada.messages(`torn after ${bytes}`).count()).toBe(1);
  }
});

test('E5: the page works on a LAN without TLS, where browsers withhold half of their abilities', async () => {
  await using server = await Server.start();
  const ada = await Person.enter(browser, `http://${LAN}:${server.port}`, 'Ada');
  expect(await ada.page.evaluate(() => isSecureContext)).toBe(false);
  await ada.says('plain');
  await ada.hears('plain');
  expect(ada.problems).toEqual([]);
});

test('B12: the room is accessible', async () => {
  await using server = await Server.start();
  const ada = await Person.enter(browser, server.url, 'Ada');
  await ada.says('Hello');
  await ada.hears('Hello');
  expect(await violations(ada.page)).toEqual([]);
});
