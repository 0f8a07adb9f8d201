// A person asks the agent at the page, and what the server has stored of its answer.
import type { Locator } from 'playwright-core';
import type { Person } from './person.ts';
import type { Server } from './server.ts';
import { guest, rest } from './wire.ts';

/** A message as the log has it, as far as tests look at it. */
export interface Stored {
  readonly id: string;
  readonly sender: string;
  readonly status: string;
  readonly parts: readonly { readonly type: string; readonly text?: string }[];
}

/** The newest answer of an agent in view; with a state, the one that is in it. */
export function answers(person: Person): Locator {
  return person.page
    .getByRole('article')
    .filter({ has: person.page.locator('.ap-row-kind').getByText('agent', { exact: true }) });
}

/** Asks, and waits until the answer has its first words; answers with its key. */
export async function asks(person: Person, text: string): Promise<string> {
  const before = await answers(person).count();
  await person.says(text);
  const answer = answers(person).nth(before);
  await answer.locator('.ap-row-parts > .ap-prose').first().waitFor();
  return (await answer.getAttribute('data-key')) ?? '';
}

/** The answer with this key, wherever it stands. */
export function answerOf(person: Person, key: string): Locator {
  return person.page.locator(`article[data-key="${key}"]`);
}

/** Waits until nothing in the answer moves any more. */
export async function finished(person: Person, key: string): Promise<Locator> {
  await person.page.locator(`article[data-key="${key}"]:not([aria-busy])`).waitFor({ timeout: 120_000 });
  return answerOf(person, key);
}

/** All messages of a room as the server has them, oldest first. */
export async function stored(server: Server, room = 'general'): Promise<readonly Stored[]> {
  const who = await guest(server.url, 'Reader');
  await rest(server.url, who, `/rooms/${room}/join`, {});
  const { entries } = await rest<{ entries: { type: string; message?: Stored }[] }>(
    server.url,
    who,
    `/rooms/${room}/entries?after=0&limit=200`,
  );
  return entries.flatMap(({ type, message }) => (type === 'message' && message ? [message] : []));
}

/** The words of a message: its text parts, a paragraph each. */
export function wordsOf(message: Stored | undefined): string {
  return (message?.parts ?? [])
    .filter(({ type }) => type === 'text')
    .map(({ text }) => text ?? '')
    .join('\n\n');
}
