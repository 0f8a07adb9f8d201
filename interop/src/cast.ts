// The bots of the storm: what each is asked, and what it has to say to that, word for word.
import type { Random } from '@antiphon/e2e/random';

/** Lines of an answer: long enough to be killed in. */
export const LINES = 30;

/** One of the bots. */
export interface Role {
  readonly bot: string;
  /** How many of a hundred questions are its. */
  readonly share: number;
  readonly question: (number: number) => string;
  /** All that it has to say to the question with this number, in this attempt. */
  readonly answer: (number: number, attempt: number) => string;
  /** How long an attempt may take, on a machine that has nothing else to do. */
  readonly withinMs: number;
}

/** A line of an answer that tells whose it is, so that one that is doubled, lost or a stranger's can be told. */
export function line(number: number, attempt: number, at: number): string {
  return `${number}.${attempt}: line ${at + 1}\n`;
}

/** All lines of an answer. */
export function lines(number: number, attempt: number): string {
  return Array.from({ length: LINES }, (_, at) => line(number, attempt, at)).join('');
}

/** What `peers/relay.mjs` and `peers/scribe.mjs` say to this number, in every attempt. */
export function recital(number: number): string {
  return Array.from({ length: LINES }, (_, at) => `${number}: line ${at + 1}\n`).join('');
}

/** The number of a question, from its words. */
export function numberOf(words: string): number {
  return Number(/\d+/.exec(words)?.[0]);
}

/** One of them, by their shares. */
export function pick(roles: readonly Role[], chance: Random): Role {
  let left = chance() * roles.reduce((sum, { share }) => sum + share, 0);
  const found = roles.find(({ share }) => (left -= share) < 0);
  return found ?? (roles.at(-1) as Role);
}
