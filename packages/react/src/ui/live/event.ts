/** What happened to a room, in one sentence. */
import type { Role, RoomEvent, RoomInfo } from '@antiphon/client';

const ROLE: Record<Role, string> = {
  viewer: 'may only read now',
  member: 'is a member now',
  admin: 'is an admin now',
  owner: 'is an owner now',
};

/** Who makes a room is in it: that entry follows the one that tells of the making. */
const MAKERS_ENTRY = 2;

/** Rooms for two have no comings and goings, and who made a room need not come in. */
export function isWorthTelling(event: RoomEvent, room: RoomInfo | undefined): boolean {
  if (!room || room.kind !== 'group') return false;
  return event.type !== 'member_joined' || event.seq > MAKERS_ENTRY || event.member.id !== room.createdBy;
}

/** `before` is the room as the event before this one left it. */
export function eventWords(
  event: RoomEvent,
  before: RoomInfo | undefined,
  nameOf: (user: string) => string | undefined,
): string {
  const by = nameOf(event.by);
  switch (event.type) {
    case 'member_joined':
      // Whom nobody here knows is the server itself.
      return event.by === event.member.id || by === undefined
        ? `${event.member.name} came in.`
        : `${by} brought ${event.member.name} in.`;
    case 'member_left': {
      const name = nameOf(event.user) ?? 'Someone';
      return event.by === event.user || by === undefined ? `${name} left.` : `${by} sent ${name} out.`;
    }
    case 'member_changed':
      return `${event.member.name} ${ROLE[event.member.role]}.`;
    case 'room_changed':
      return before === undefined && by === undefined
        ? 'The room was made.'
        : roomWords(event.info, before, by ?? 'Someone');
  }
}

function roomWords(info: RoomInfo, before: RoomInfo | undefined, by: string): string {
  if (!before) return `${by} made this room.`;
  if (info.name !== before.name) return `${by} called the room ${info.name}.`;
  if (info.topic !== before.topic)
    return info.topic ? `${by} set the topic: ${info.topic}` : `${by} removed the topic.`;
  if (info.visibility !== before.visibility)
    return info.visibility === 'public'
      ? `${by} opened the room to everyone.`
      : `${by} closed the room to strangers.`;
  return `${by} changed the room.`;
}
