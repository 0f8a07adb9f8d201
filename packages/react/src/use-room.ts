/** Being in a room for as long as somebody looks at it. */
'use client';
import type { ChatClient, ChatError, Member, Room, RoomInfo, RoomPhase } from '@antiphon/client';
import { useCallback, useSyncExternalStore } from 'react';
import { useChatClient, useRoomId, useRoomSnapshot } from './context.tsx';
import { useSelector } from './use-selector.ts';

/** Options of {@link useRoom}. */
export interface UseRoomOptions {
  /** How many entries to load at first. */
  readonly history?: number;
  /** Another client than that of the nearest provider. */
  readonly client?: ChatClient | undefined;
}

/** The handle of a room, held while mounted: joins with the first component, leaves a moment after the last. */
export function useRoomHandle(
  id?: string | null,
  { history, client }: UseRoomOptions = {},
): Room | undefined {
  const chat = useChatClient(client);
  const room = useRoomId(id);
  const hold = useCallback(() => {
    if (room === null) return () => undefined;
    const handle = chat.joinRoom(room, history === undefined ? {} : { history });
    return () => handle.leave();
  }, [chat, room, history]);
  const read = () => (room === null ? undefined : chat.getRoom(room));
  return useSyncExternalStore(hold, read, () => undefined);
}

/** Watches what `select` makes of a room; `nothing` until there is a handle. */
export function useRoomValue<T>(
  room: Room | undefined,
  select: (room: Room) => T,
  nothing: T,
  client?: ChatClient,
): T {
  return useSelector(() => (room ? select(room) : nothing), Object.is, client);
}

/** Whether a room was joined, now or before; what the page came with is no longer needed then. */
export function useJoined(room: Room | undefined, client?: ChatClient): boolean {
  return useRoomValue(room, ({ recovered }) => recovered !== undefined, false, client);
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

/** Nobody yet. */
export const NOBODY: Room['members'] = Object.freeze([]);

/** Joins a room and shows what it is. */
export function useRoom(id?: string, options?: UseRoomOptions): UseRoom {
  const room = useRoomHandle(id, options);
  const snapshot = useRoomSnapshot(useRoomId(id));
  const status = useRoomValue(room, ({ status: now }) => now, undefined, options?.client);
  const members = useRoomValue(room, (at) => at.members, NOBODY, options?.client);
  const leave = useCallback(() => room?.leave({ forget: true }), [room]);
  const info = status?.info ?? snapshot?.info;
  return {
    room,
    state: status?.phase ?? 'joining',
    error: status?.error,
    info,
    topic: info?.topic,
    me: status?.me,
    members,
    leave,
  };
}
