/** Stopping an agent that answers me: by button, or by Esc twice, because one Esc is pressed too easily. */
import { useEffect, useState } from 'react';
import type { RoomView } from '../view/chat.ts';
import { useSelected } from '../view/hooks.ts';
import type { WorkView } from '../view/model.ts';

const HINT_MS = 3000;

interface Stop {
  /** The work that can be stopped. */
  readonly work: WorkView | undefined;
  readonly hint: boolean;
  readonly now: () => void;
  readonly escape: () => void;
}

export function useStop(room: RoomView): Stop {
  const work = useSelected(room.work, (list) =>
    list.findLast((entry) => entry.mine && entry.messageKey !== undefined),
  );
  const [hint, setHint] = useState(false);
  useEffect(() => {
    if (!hint) return;
    const timer = setTimeout(() => setHint(false), HINT_MS);
    return () => clearTimeout(timer);
  }, [hint]);
  const now = (): void => {
    setHint(false);
    if (work?.messageKey !== undefined) void room.stop(work.messageKey);
  };
  return {
    work,
    hint: hint && work !== undefined,
    now,
    escape: () => {
      if (!work) return;
      if (hint) now();
      else setHint(true);
    },
  };
}
