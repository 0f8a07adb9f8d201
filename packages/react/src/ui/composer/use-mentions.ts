/** The state of mention completion: what is being asked for, who fits, and which one the keys have chosen. */
import { useState, type KeyboardEvent } from 'react';
import { candidates, complete, mentionAt, type MentionQuery } from '../../mention.ts';
import type { UserView } from '../view/model.ts';

interface Mentions {
  readonly open: boolean;
  readonly users: readonly UserView[];
  readonly active: number;
  /** Looks at the text before the caret again. */
  readonly look: (text: string, caret: number) => void;
  readonly close: () => void;
  readonly pick: (user: UserView) => void;
  /** Handles a key; true if it was one of the menu's. */
  readonly onKey: (event: KeyboardEvent) => boolean;
}

export function useMentions(
  members: readonly UserView[],
  text: string,
  apply: (text: string, caret: number) => void,
): Mentions {
  const [query, setQuery] = useState<MentionQuery | null>(null);
  const [active, setActive] = useState(0);
  const users = query ? candidates(members, query.query) : [];
  const open = users.length > 0;

  const pick = (user: UserView): void => {
    if (!query) return;
    const done = complete(text, query, user.name);
    setQuery(null);
    apply(done.text, done.caret);
  };
  const onKey = (event: KeyboardEvent): boolean => {
    if (!open) return false;
    const chosen = users[Math.min(active, users.length - 1)];
    if (event.key === 'ArrowDown') setActive((active + 1) % users.length);
    else if (event.key === 'ArrowUp') setActive((active - 1 + users.length) % users.length);
    else if (event.key === 'Escape') setQuery(null);
    else if ((event.key === 'Enter' || event.key === 'Tab') && chosen) pick(chosen);
    else return false;
    event.preventDefault();
    return true;
  };
  return {
    open,
    users,
    active: Math.min(active, users.length - 1),
    look: (next, caret) => {
      setQuery(mentionAt(next, caret));
      setActive(0);
    },
    close: () => setQuery(null),
    pick,
    onKey,
  };
}
