/** Who is typing, and saying that one is. */
'use client';
import type { Member } from '@antiphon/client';
import { useMemo } from 'react';
import { useRoomHandle, useRoomValue } from './use-room.ts';

/** What {@link useTyping} gives. */
export interface UseTyping {
  /** Others who type, with names where they are known. */
  readonly typing: readonly Member[];
  /** To be called with every key. */
  readonly keystroke: () => void;
  readonly stop: () => void;
}

const NOBODY: readonly string[] = Object.freeze([]);

/** Typing in a room. */
export function useTyping(id?: string): UseTyping {
  const room = useRoomHandle(id);
  const users = useRoomValue(room, (at) => at.typing.users, NOBODY);
  return useMemo(
    () => ({
      typing: users.flatMap((user) => room?.member(user) ?? []),
      keystroke: () => room?.typing.keystroke(),
      stop: () => room?.typing.stop(),
    }),
    [room, users],
  );
}
