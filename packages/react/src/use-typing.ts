/** Who is typing, and saying that one is. */
'use client';
import type { ChatClient, Member } from '@antiphon/client';
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
export function useTyping(id?: string | null, client?: ChatClient): UseTyping {
  const room = useRoomHandle(id, { client });
  const users = useRoomValue(room, (at) => at.typing.users, NOBODY, client);
  const typing = useMemo(() => users.flatMap((user) => room?.member(user) ?? []), [room, users]);
  const actions = useMemo<Pick<UseTyping, 'keystroke' | 'stop'>>(
    () => ({ keystroke: () => room?.typing.keystroke(), stop: () => room?.typing.stop() }),
    [room],
  );
  return { typing, ...actions };
}
