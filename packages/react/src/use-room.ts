/** Being in a room for as long as somebody looks at it. */
'use client';
import type { ChatError, Member, Room, RoomInfo, RoomPhase } from '@antiphon/client';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { useChatClient, useRoomId } from './context.tsx';
import { useSelector } from './use-selector.ts';

/** Options of {@link useRoom}. */
export interface UseRoomOptions {
  /** How many entries to load at first. */
  readonly history?: number;
}

/** The handle of a room, held while mounted: joins with the first component, leaves a moment after the last. */
export function useRoomHandle(id?: string, { history }: UseRoomOptions = {}): Room | undefined {
  const chat = useChatClient();
  const room = useRoomId(id);
  const hold = useCallback(() => {
    const handle = chat.joinRoom(room, history === undefined ? {} : { history });
    return () => handle.leave();
  }, [chat, room, history]);
  const read = () => chat.getRoom(room);
  return useSyncExternalStore(hold, read, read);
}

/** Watches what `select` makes of a room; `nothing` until there is a handle. */
export function useRoomValue<T>(room: Room | undefined, select: (room: Room) => T, nothing: T): T {
  return useSelector(() => (room ? select(room) : nothing));
}

/** What {@link useRoom} gives. */
export interface UseRoom {
  readonly room: Room | undefined;
  readonly state: RoomPhase;
  readonly error: ChatError | undefined;
  readonly info: RoomInfo | undefined;
  readonly topic: string | undefined;
  readonly me: Member | undefined;
  readonly members: Room['members'];
  /** Ends the membership. */
  readonly leave: () => void;
}

const NOBODY: Room['members'] = Object.freeze([]);

/** Joins a room and shows what it is. */
export function useRoom(id?: string, options?: UseRoomOptions): UseRoom {
  const room = useRoomHandle(id, options);
  const status = useRoomValue(room, ({ status: now }) => now, undefined);
  const members = useRoomValue(room, (at) => at.members, NOBODY);
  return useMemo(
    () => ({
      room,
      state: status?.phase ?? 'joining',
      error: status?.error,
      info: status?.info,
      topic: status?.info?.topic,
      me: status?.me,
      members,
      leave: () => room?.leave({ forget: true }),
    }),
    [room, status, members],
  );
}
