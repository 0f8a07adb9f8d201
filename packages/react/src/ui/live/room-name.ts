/** What a room is called. */
import type { RoomKind, User } from '@antiphon/client';

/** A room for two is called by the other one, unless somebody gave it a name. */
export function roomName(name: string, kind: RoomKind, other: User | undefined): string {
  return kind === 'direct' || name === '' ? (other?.name ?? (name === '' ? 'Conversation' : name)) : name;
}
