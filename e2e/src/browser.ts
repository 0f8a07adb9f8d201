// Debian's Chromium, started so that it asks nothing of the world outside, and pages that tell what went wrong in them.
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';

const CHROMIUM = process.env['CHROMIUM_BIN'] ?? '/usr/bin/chromium';

/** No sandbox, because CI is root; no GPU, because it has none; and no connection that the page did not ask for. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A page whose files a test hands out has no address; without this it could not reach the server on this machine.
  '--disable-features=LocalNetworkAccessChecks',
];

/** A name that is not localhost: pages on it get no secure context, as on a LAN without TLS. */
export const LAN = 'antiphon.lan';

/** Starts a browser with a profile of its own; `close()` ends it and forgets the profile. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    headless: true,
    args: [...FLAGS, `--host-resolver-rules=MAP ${LAN} 127.0.0.1`],
  });
}

/** A page of one person's device, and what it complained about. */
export interface Visit {
  readonly page: Page;
  /** Errors on the console and exceptions that nobody caught; a test ends with none. */
  readonly problems: string[];
}

/** Opens a page as a new person: nothing is shared with other visits. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  return visitIn(await browser.newContext(options), url);
}

/** Opens a page in a profile that has been prepared for it. */
export async function visitIn(context: BrowserContext, url: string): Promise<Visit> {
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.goto(url);
  return { page, problems };
}
