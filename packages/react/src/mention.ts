/** Finding and completing a mention at the caret. */

/** What finding somebody by name looks at. */
export interface Named {
  readonly name: string;
  readonly kind: 'person' | 'bot';
}

/** Longer queries are prose, not names. */
const LONGEST_QUERY = 32;
const SHOWN = 6;

/** A mention that is being written. */
export interface MentionQuery {
  /** Where the `@` stands. */
  readonly from: number;
  readonly query: string;
}

/** The mention that is being written at the caret, if one is. */
export function mentionAt(text: string, caret: number): MentionQuery | null {
  const before = text.slice(Math.max(0, caret - LONGEST_QUERY - 1), caret);
  const found = /(?:^|[\s([{"'])@([\p{L}\p{N}._-]*)$/u.exec(before);
  if (!found) return null;
  const query = found[1] ?? '';
  return { from: caret - query.length - 1, query };
}

/** Who could be meant: names that begin with the query first, then names that contain it; agents before people. */
export function candidates<T extends Named>(users: readonly T[], query: string): readonly T[] {
  const wanted = query.toLocaleLowerCase();
  const rank = (user: T): number => {
    const name = user.name.toLocaleLowerCase();
    if (!name.includes(wanted)) return -1;
    return (name.startsWith(wanted) ? 0 : 2) + (user.kind === 'bot' ? 0 : 1);
  };
  return users
    .map((user) => ({ user, rank: rank(user) }))
    .filter((entry) => entry.rank >= 0)
    .sort((a, b) => a.rank - b.rank || a.user.name.localeCompare(b.user.name))
    .slice(0, SHOWN)
    .map((entry) => entry.user);
}

/** The text with the query replaced by the whole name, and where the caret goes. */
export function complete(
  text: string,
  { from, query }: MentionQuery,
  name: string,
): { text: string; caret: number } {
  const rest = text.slice(from + 1 + query.length);
  const inserted = `@${name}${/^[\s.,;:!?)\]}]/u.test(rest) ? '' : ' '}`;
  return { text: text.slice(0, from) + inserted + rest, caret: from + inserted.length };
}
