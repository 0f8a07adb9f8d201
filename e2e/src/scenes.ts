// Every screen and state that the page can show: the fixture that it starts from, and what is done there.
import type { Page } from 'playwright-core';

/** A state of the page. */
export interface Scene {
  /** The fixture; the scene's own name if it is left out. */
  readonly from?: string;
  /** What is done there before it is looked at. */
  readonly deed?: (page: Page) => Promise<unknown>;
  /** What is to be seen then. */
  readonly sees: string | RegExp;
  /** Longer than a window: looked at in one as high as it takes. */
  readonly tall?: true;
}

/** Opens the palette, and waits for its field: what is typed before it is there goes elsewhere. */
async function palette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Jump to' }).waitFor();
}

/** Chooses one of the sheets that the palette leads to. */
async function sheet(page: Page, name: string): Promise<void> {
  await palette(page);
  await page.getByRole('option', { name }).click();
}

/** Does something with the last message that has this among its actions; by touch it is tapped before. */
async function act(page: Page, name: string): Promise<void> {
  const row = page.getByRole('article').filter({ has: page.getByRole('button', { name, exact: true }) });
  await row.last().focus();
  await row.last().getByRole('button', { name, exact: true }).click();
}

/** An outage that was told is over; what is said about that stays for as long as it is looked at. */
async function comesBack(page: Page, view: { caughtUp: number } | { partial: true }): Promise<void> {
  await page.getByText('Connection lost.').waitFor();
  await page.evaluate((how) => {
    const later = window.setTimeout.bind(window);
    const held = (deed: () => void, ms?: number) => (ms === 2500 ? 0 : later(deed, ms));
    Object.assign(window, { setTimeout: held });
    const { chat } = window as unknown as { chat: { connection: { set(view: object): void } } };
    chat.connection.set({ state: 'connected', since: Date.now(), waiting: 0, rttMs: 20, ...how });
  }, view);
}

/** Opens the panel where it is a drawer. */
async function panel(page: Page): Promise<void> {
  const open = page.getByRole('button', { name: 'Show members' });
  if (await open.isVisible()) await open.click();
}

export const SCENES: Readonly<Record<string, Scene>> = {
  // The door.
  signin: { sees: 'Come in' },
  ended: { sees: 'your session ended' },
  closed: { sees: 'it brings your account along' },
  restoring: { sees: 'Opening' },
  // Connection.
  connecting: { sees: 'Connecting.' },
  slow: { sees: 'Slow, 1.8 s' },
  reconnecting: {
    sees: /Connection lost\. Retrying in \d s\. You can keep writing; 2 messages are waiting\./u,
  },
  offline: { sees: 'You are offline. 2 messages will go out when you are back.' },
  back: {
    from: 'reconnecting',
    deed: (page) => comesBack(page, { caughtUp: 12 }),
    sees: 'Back. 12 messages caught up.',
  },
  partial: {
    from: 'reconnecting',
    deed: (page) => comesBack(page, { partial: true }),
    sees: 'Back. Some history is still loading.',
  },
  failed: { sees: 'Your session ended.' },
  kept: {
    from: 'failed',
    deed: async (page) => {
      // A draft of before.
      await page.evaluate(() => localStorage.clear());
    },
    sees: 'Not connected. Your text is kept here.',
  },
  outdated: { sees: 'This page is older than the server.' },
  // Messages.
  room: { sees: 'Tomas Brandt is writing' },
  top: {
    from: 'room',
    deed: (page) => page.locator('.ap-log-scroll').evaluate((log) => log.scrollTo(0, 0)),
    sees: 'Mara Lindqvist invited deploy-bot.',
  },
  messages: { sees: '24 earlier messages, load', tall: true },
  waits: { sees: 'Waiting for scribe, 2nd in line', tall: true },
  prose: { sees: 'How a cursor works', tall: true },
  older: { sees: 'Loading earlier messages' },
  target: {
    from: 'messages',
    deed: (page) => page.locator('.ap-row-quote').last().click(),
    sees: 'The first message after a gap',
  },
  pill: {
    from: 'reading',
    deed: async (page) => {
      await page.locator('.ap-log-scroll').focus();
      await page.keyboard.press('Home');
      await page.getByRole('button', { name: 'Latest' }).waitFor();
      await page.evaluate(() => {
        const { chat } = window as unknown as { chat: { room(id: string): { append(item: object): void } } };
        const text = 'Mara Lindqvist changed the topic.';
        chat.room('release-42').append({ kind: 'event', key: 'late', at: Date.now(), text });
      });
    },
    sees: '1 new',
  },
  actions: { from: 'room', deed: (page) => page.getByRole('article').last().focus(), sees: 'writing' },
  reactions: { from: 'room', deed: (page) => act(page, 'React'), sees: 'writing' },
  reply: { from: 'room', deed: (page) => act(page, 'Reply'), sees: 'Answering' },
  change: { from: 'room', deed: (page) => act(page, 'Edit'), sees: 'Changing' },
  cost: { from: 'waits', deed: (page) => act(page, 'Details'), sees: /tokens read|Took/u },
  // Tools, and what people are asked.
  tools: { sees: 'Waiting for a free slot, 2 before', tall: true },
  force: {
    from: 'tools',
    deed: (page) => page.getByRole('button', { name: 'Force export_log to stop' }).waitFor(),
    sees: 'Still stopping',
    tall: true,
  },
  hidden: {
    from: 'messages',
    deed: (page) => page.getByRole('button', { name: 'Show', exact: true }).click(),
    sees: 'Something that helps nobody.',
    tall: true,
  },
  pace: {
    from: 'room',
    deed: async (page) => {
      await sheet(page, 'Settings');
      await page.getByLabel('Always').check();
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
      await page.evaluate(() => {
        const { chat } = window as unknown as { chat: { room(id: string): { answer(words: string): void } } };
        chat.room('release-42').answer('Word after word, as fast as it comes. '.repeat(200));
      });
    },
    sees: /about [\d,]+ tok\/s/u,
  },
  details: {
    from: 'tools',
    deed: (page) => page.locator('.ap-tool-toggle').filter({ hasText: 'send_mail' }).click(),
    sees: 'with other arguments',
    tall: true,
  },
  steps: {
    from: 'tools',
    deed: (page) => page.locator('.ap-tool-toggle').filter({ hasText: '7 steps' }).click(),
    sees: 'read_file',
  },
  asks: { sees: 'Where does it go, and how many?', tall: true },
  arguments: {
    from: 'asks',
    deed: async (page) => {
      await page.getByRole('button', { name: 'Change arguments' }).click();
      await page.getByRole('textbox', { name: 'Arguments, as JSON' }).fill('{ "node": ');
    },
    sees: 'This is not JSON yet',
    tall: true,
  },
  // Agents and people.
  bots: { deed: panel, sees: 'deploy-bot' },
  about: {
    from: 'room',
    deed: async (page) => {
      await panel(page);
      for (const name of ['scribe', 'deploy-bot', 'Inês Duarte'])
        await page.getByRole('button', { name: `About ${name}` }).click();
      await page.getByRole('button', { name: 'Remove', exact: true }).last().click();
    },
    sees: 'A model behind an API',
  },
  two: { sees: 'Tomas Brandt and Inês Duarte are writing' },
  several: { sees: 'Several people are writing' },
  mention: {
    from: 'room',
    deed: (page) => page.getByRole('textbox').pressSequentially('Good, @'),
    sees: 'researcher',
  },
  stop: {
    from: 'room',
    deed: async (page) => {
      await page.getByRole('textbox').focus();
      await page.keyboard.press('Escape');
    },
    sees: 'Press Esc again to stop scribe',
  },
  toast: { sees: 'deploy-bot did not start.' },
  // Nothing to see.
  norooms: { sees: 'Make a room, or paste an invitation.' },
  empty: { sees: 'Say what this room is for.' },
  topicless: { sees: 'One sentence: what is this room for?' },
  agent: { sees: 'Talk with scribe' },
  denied: { sees: 'There is no such room' },
  readonly: { sees: 'You can read here, but not write.' },
  joining: { sees: 'Loading messages' },
  loading: { sees: 'Loading messages' },
  // Sheets.
  palette: { from: 'room', deed: palette, sees: 'harbour-watch' },
  nothing: {
    from: 'room',
    deed: async (page) => {
      await palette(page);
      await page.keyboard.type('lighthouse keeper');
    },
    sees: 'Nothing found for “lighthouse keeper”.',
  },
  agents: { from: 'room', deed: (page) => page.keyboard.press('Control+Shift+k'), sees: 'researcher' },
  'new-room': { from: 'room', deed: (page) => sheet(page, 'New room'), sees: 'Who may come in' },
  'find-rooms': {
    from: 'room',
    deed: (page) => sheet(page, 'Find a room'),
    sees: 'Who watches the watchers',
  },
  settings: { from: 'room', deed: (page) => sheet(page, 'Settings'), sees: 'Sentence by sentence' },
  keys: { from: 'room', deed: (page) => sheet(page, 'Keys'), sees: 'Send again what was not sent' },
  'about-room': {
    from: 'room',
    deed: async (page) => {
      await page.getByRole('button', { name: 'release-42', exact: true }).last().click();
      await page.getByRole('button', { name: 'Leave this room' }).click();
    },
    sees: 'You can come back whenever you like.',
  },
  people: {
    from: 'room',
    deed: async (page) => {
      await panel(page);
      await page.getByRole('button', { name: 'Add people' }).click();
    },
    sees: 'Who comes into release-42',
  },
};

/** What only a phone has: drawers. */
export const DRAWERS: Readonly<Record<string, Scene>> = {
  nav: {
    from: 'room',
    deed: (page) => page.getByRole('button', { name: 'Rooms', exact: true }).click(),
    sees: 'support-triage',
  },
  panel: { from: 'room', deed: panel, sees: 'Working now' },
};
