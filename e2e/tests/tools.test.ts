// Tools that do not stop, that fail for now, and that let others work for them.
import { TryAgain } from '@antiphon/bot';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../src/browser.ts';
import { Person } from '../src/person.ts';
import { serverOfATeller } from '../src/teller.ts';

/** The page offers force after a while; the server would wait for much longer. */
const GRACE = '[timers]\ntool_grace_ms = 600000\n';
const PATIENCE_MS = 120_000;

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

test(
  'F4: who does not want to wait for a tool that does not stop ends it by force',
  { timeout: PATIENCE_MS },
  async () => {
    let let_go = (): void => undefined;
    await using stage = await serverOfATeller(async (run) => {
      const deaf = new Promise<void>((resolve) => (let_go = resolve));
      await run.tool('sing', {}, () => deaf).catch(() => undefined);
      await run.reply.text('I was made to stop.');
    }, GRACE);
    const ada = await Person.enter(browser, stage.server.url, 'Ada');
    await ada.says('@Teller sing');
    const song = ada.page.getByRole('group', { name: 'sing', exact: true });
    await song.getByRole('button', { name: 'Cancel sing' }).click();
    await song.getByRole('button', { name: 'Force sing to stop' }).click();
    await song.getByText('stopped by force').waitFor();
    let_go();
    await ada.hears('I was made to stop.');
    expect(ada.problems).toEqual([]);
  },
);

test('B8 B15: what a sub-agent does is told inside its call; what failed for now is tried again by a click', async () => {
  let tries = 0;
  await using stage = await serverOfATeller(async (run) => {
    tries += 1;
    if (tries > 1) return run.reply.text(`Asked: ${run.text}`);
    await run.tool('research', {}, (research) =>
      run.tool('search', {}, () => 'three pages', { parent: research.id }),
    );
    await run
      .tool('weather', {}, () => Promise.reject(new TryAgain('the station is asleep')))
      .catch(() => undefined);
    return undefined;
  });
  const ada = await Person.enter(browser, stage.server.url, 'Ada');
  await ada.says('@Teller look it up');
  const research = ada.page.getByRole('group', { name: 'research', exact: true });
  await research.getByRole('listitem').filter({ hasText: 'search' }).waitFor();
  expect(await ada.page.getByRole('group', { name: 'search', exact: true }).count()).toBe(0);
  const weather = ada.page.getByRole('group', { name: 'weather', exact: true });
  await weather.getByText('The station is asleep.').waitFor();
  await weather.getByRole('button', { name: 'Try again: weather' }).click();
  await ada.hears('Asked: Please try weather once more.');
  expect(ada.problems).toEqual([]);
});
