/** Where a row stands among its neighbours: under a new day, at the head of its author's group, or within it. */
import { startOfDay } from '../words/time.ts';
import type { LogItem } from '../view/model.ts';

/** Rows of one author within this time share one avatar and name. */
export const GROUP_MS = 5 * 60_000;

export type Place = 'day' | 'head' | 'rest';

export function placeOf(previous: LogItem | undefined, item: LogItem | undefined): Place {
  if (!item) return 'head';
  if (!previous || startOfDay(previous.at) !== startOfDay(item.at)) return 'day';
  if (item.kind !== 'message' || previous.kind !== 'message') return 'head';
  // Every answer of an agent is a piece of work of its own, with its own state beside its name.
  if (item.replyTo || item.answer) return 'head';
  const sameAuthor = previous.author.id === item.author.id;
  return sameAuthor && item.at - previous.at < GROUP_MS ? 'rest' : 'head';
}
