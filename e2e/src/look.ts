// How a page looks: kept as pictures, and looked at by axe.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Page } from 'playwright-core';

const FOLDER = join(import.meta.dirname, '../screenshots');
const SCHEMES = ['light', 'dark'] as const;

/** Sizes of windows by their names. */
export type Sizes = Readonly<Record<string, { readonly width: number; readonly height: number }>>;

/** Keeps a picture of a screen in `screenshots` for each size, light and dark, and gives what axe finds on them. */
export async function picture(page: Page, name: string, sizes: Sizes): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const title = `${name}-${size}-${colorScheme}`;
      await keep(page, title);
      found.push(...(await violations(page)).map((violation) => `${title}: ${violation}`));
      // To look at everything, axe scrolls.
      await page.locator('.ap-log-scroll').evaluateAll(([log]) => log?.scrollTo(0, log.scrollHeight));
    }
  }
  return found;
}

/** Keeps a picture of what is in view, under this name in `screenshots`. */
export async function keep(page: Page, name: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await still(page);
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
}

/** What axe finds: how bad it is, which rule, and where. */
export async function violations(page: Page): Promise<readonly string[]> {
  // Colours on their way from one scheme to the other belong to neither.
  await still(page);
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const found = await (window as unknown as { axe: typeof axe }).axe.run();
    return found.violations.map(
      ({ impact, id, nodes }) => `${impact}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`,
    );
  });
}

/** Waits until nothing is on its way from one look to another. */
async function still(page: Page): Promise<void> {
  await page.waitForFunction(() => !document.getAnimations().some((one) => one instanceof CSSTransition));
}
