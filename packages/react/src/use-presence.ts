/** Who is here. */
'use client';
import type { Member, Room } from '@antiphon/client';
import { useMemo } from 'react';
import { useRoomHandle, useRoomValue } from './use-room.ts';

/** What {@link usePresence} gives. */
export interface UsePresence {
  /** Members who are not offline. */
  readonly members: Room['members'];
  readonly me: Member | undefined;
  readonly update: (me: { away: boolean }) => void;
  readonly isOnline: (user: string) => boolean;
}

const NOBODY: Room['members'] = Object.freeze([]);

/** Presence in a room. */
export function usePresence(id?: string): UsePresence {
  const room = useRoomHandle(id);
  const members = useRoomValue(room, ({ presence }) => presence.members, NOBODY);
  const me = useRoomValue(room, (at) => at.me, undefined);
  return useMemo(
    () => ({
      members,
      me,
      update: (state: { away: boolean }) => room?.presence.update(state),
      isOnline: (user: string) => members.some((member) => member.id === user),
    }),
    [room, members, me],
  );
}
