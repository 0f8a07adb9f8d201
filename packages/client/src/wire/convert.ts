/** From the wire's words to those of the SDK: camelCase, times in milliseconds, nothing that is null. */
import type { Bot, Cancellation } from '../model/agent.ts';
import type { Message, Reaction } from '../model/message.ts';
import type { Part, ToolCall } from '../model/part.ts';
import type { Member, RoomInfo, RoomSummary, Unread, User } from '../model/room.ts';
import type { Wire } from './words.ts';

/** Milliseconds of an instant that may be missing. */
export function toTime(instant: string): number;
export function toTime(instant: string | undefined): number | undefined;
export function toTime(instant: string | undefined): number | undefined {
  return instant === undefined ? undefined : Date.parse(instant);
}

/** A message as the server has it. */
export function toMessage(wire: Wire.Message, key: string, me: string | undefined): Message {
  const at = toTime(wire.at);
  return {
    key,
    id: wire.id,
    room: wire.room,
    sender: wire.sender,
    own: wire.sender === me,
    seq: wire.seq,
    ordinal: wire.ordinal,
    at,
    status: wire.status,
    parts: wire.parts.map(toPart),
    delivery: 'sent',
    deliverySince: at,
    replyTo: wire.reply_to,
    to: wire.to ?? [],
    run: wire.run,
    editedAt: toTime(wire.edited_at),
    deletedAt: toTime(wire.deleted_at),
    reactions: (wire.reactions ?? []).map((reaction) => toReaction(reaction, me)),
  };
}

function toReaction(wire: Wire.Reaction, me: string | undefined): Reaction {
  return { ...wire, own: me !== undefined && wire.users.includes(me) };
}

/** A part. */
export function toPart(wire: Wire.Part): Part {
  switch (wire.type) {
    case 'tool_call':
      return { type: 'tool_call', ...toToolCall(wire) };
    case 'file':
      return { type: 'file', name: wire.name, mediaType: wire.media_type, size: wire.size, url: wire.url };
    default:
      return wire;
  }
}

function toToolCall(wire: Wire.ToolCall): ToolCall {
  return {
    id: wire.tool_call,
    name: wire.name,
    title: wire.title,
    state: wire.state,
    arguments: wire.arguments,
    progress: wire.progress,
    output: wire.output ?? '',
    result: wire.result,
    error: wire.error,
    startedAt: toTime(wire.started_at),
    endedAt: toTime(wire.ended_at),
  };
}

/** A wish to stop something. */
export function toCancellation(wire: Wire.Cancellation | undefined): Cancellation | undefined {
  return wire && { by: wire.by, at: toTime(wire.at), outcome: wire.outcome };
}

/** A part that a person wrote, for the wire. */
export function fromPart(part: Part): Wire.Part {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return part;
    case 'file':
      return { type: 'file', name: part.name, media_type: part.mediaType, size: part.size, url: part.url };
    case 'data':
      return { type: 'data', name: part.name, value: part.value as Record<string, unknown> };
    case 'plan':
      return { type: 'plan', items: part.items.map((item) => ({ ...item })) };
    case 'tool_call':
      return {
        type: 'tool_call',
        tool_call: part.id,
        name: part.name,
        state: part.state,
        output: part.output,
      };
  }
}

/** A user. */
export function toUser(wire: Wire.User): User {
  return wire;
}

/** A member. */
export function toMember(wire: Wire.Member): Member {
  return {
    id: wire.user,
    kind: wire.kind,
    name: wire.name,
    avatar: wire.avatar,
    role: wire.role,
    joinedAt: toTime(wire.joined_at),
  };
}

/** A room. */
export function toRoomInfo(wire: Wire.Room): RoomInfo {
  return {
    id: wire.id,
    kind: wire.kind,
    visibility: wire.visibility,
    name: wire.name,
    topic: wire.topic,
    createdBy: wire.created_by,
    createdAt: toTime(wire.created_at),
  };
}

/** A room in a list. */
export function toRoomSummary(wire: Wire.RoomSummary): RoomSummary {
  return {
    ...toRoomInfo(wire.room),
    role: wire.role,
    unread: toUnread(wire.ordinal, wire.read),
    activeAt: toTime(wire.active_at),
  };
}

/** How many are left to read. */
export function toUnread(ordinal: number, read: number): Unread {
  return { ordinal, read, count: Math.max(0, ordinal - read) };
}

/** Bots after an entry about one of them. */
export function withStatus(
  bots: readonly Bot[],
  entry: Extract<Wire.Entry, { type: 'bot_status' }>,
): readonly Bot[] {
  const { bot: id, status, error } = entry;
  return bots.map((bot) => (bot.user.id === id ? { ...bot, status, error: error } : bot));
}

/** A bot. */
export function toBot(wire: Wire.Bot): Bot {
  return {
    user: toUser(wire.user),
    owner: wire.owner,
    connector: wire.connector,
    status: wire.status,
    error: wire.error,
    description: wire.description,
    suggestions: wire.suggestions ?? [],
  };
}
