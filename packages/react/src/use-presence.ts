/** Who is here. */
'use client';
import type { Member, Room } from '@antiphon/client';
import { useMemo } from 'react';
import { NOBODY, useRoomHandle, useRoomValue } from './use-room.ts';

/** What {@link usePresence} gives. */
export interface UsePresence {
  /** Members who are not offline. */
  readonly members: Room['members'];
  readonly me: Member | undefined;
  readonly update: (me: { away: boolean }) => void;
  readonly isOnline: (user: string) => boolean;
}

/** Presence in a room. */
export function usePresence(id?: string): UsePresence {
  const room = useRoomHandle(id);
  const members = useRoomValue(room, ({ presence }) => presence.members, NOBODY);
  const me = useRoomValue(room, (at) => at.me, undefined);
  const actions = useMemo<Pick<UsePresence, 'update' | 'isOnline'>>(
    () => ({
      update: (state) => room?.presence.update(state),
      isOnline: (user) => room !== undefined && room.presence.of(user) !== 'offline',
    }),
    [room],
  );
  return { members, me, ...actions };
}
