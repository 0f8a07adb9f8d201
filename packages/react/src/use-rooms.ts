/** One's rooms, and what is unread in them. */
'use client';
import type { RoomSummary } from '@antiphon/client';
import { directoryOf, type UnreadCounts } from '@antiphon/client/directory';
import { useSelector } from './use-selector.ts';

/** One's rooms, the latest active first. */
export function useRooms(): readonly RoomSummary[] {
  return useSelector((chat) => directoryOf(chat).rooms);
}

/** Unread messages, in all and by room. */
export function useUnread(): UnreadCounts {
  return useSelector((chat) => directoryOf(chat).unread);
}
