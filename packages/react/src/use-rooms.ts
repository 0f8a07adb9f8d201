/** One's rooms, and what is unread in them. */
'use client';
import type { RoomSummary, UnreadCounts } from '@antiphon/client';
import { useSelector } from './use-selector.ts';

/** One's rooms, the latest active first. */
export function useRooms(): readonly RoomSummary[] {
  return useSelector(({ rooms }) => rooms);
}

/** Unread messages, in all and by room. */
export function useUnread(): UnreadCounts {
  return useSelector(({ unread }) => unread);
}
