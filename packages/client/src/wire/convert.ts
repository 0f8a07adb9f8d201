/** From the wire's words to those of the SDK: camelCase, times in milliseconds, nothing that is null. */
import type { Bot, Run } from '../model/agent.ts';
import type { Approval } from '../model/approval.ts';
import type { Message } from '../model/message.ts';
import type { Part, ToolCallPart } from '../model/part.ts';
import type { Member, Role, RoomSummary, Unread } from '../model/room.ts';
import { said } from './said.ts';
import type { Wire } from './words.ts';

/** A message as the server has it. */
export function toMessage(wire: Wire.Message, key: string, me: string | undefined): Message {
  const { visible_to, parts, reactions = [], ...rest } = wire;
  const message = said(rest);
  return {
    to: [],
    ...message,
    key,
    own: wire.sender === me,
    parts: parts.map((part, index) => toPart(part, visible_to?.[index])),
    delivery: 'sent',
    deliverySince: message.at,
    reactions: reactions.map((reaction) => ({ ...reaction, own: reaction.users.includes(me ?? '') })),
  };
}

/** A part, and who may see it. */
export function toPart(wire: Wire.Part, visibleTo?: Role): Part {
  const part = wire.type === 'tool_call' ? toToolCall(wire) : said(wire);
  return visibleTo === undefined ? part : { ...part, visibleTo };
}

function toToolCall({
  tool_call: id,
  cancel,
  ...rest
}: Extract<Wire.Part, { type: 'tool_call' }>): ToolCallPart {
  const cancellation = cancel && said(cancel);
  return { arguments: undefined, output: '', ...said(rest), id, cancellation };
}

/** A part that a person wrote, for the wire. */
export function fromPart(part: Part): Wire.Part {
  if (part.type !== 'file') return part as Wire.Part;
  const { mediaType, ...rest } = part;
  return { ...rest, media_type: mediaType };
}

/** A member. */
export function toMember({ user: id, ...rest }: Wire.Member): Member {
  return said({ ...rest, id });
}

/** A room in a list. */
export function toRoomSummary(wire: Wire.RoomSummary): RoomSummary {
  return {
    ...said(wire.room),
    role: wire.role,
    unread: toUnread(wire.ordinal, wire.read),
    activeAt: Date.parse(wire.active_at),
  };
}

/** How many are left to read. */
export function toUnread(ordinal: number, read: number): Unread {
  return { ordinal, read, count: Math.max(0, ordinal - read) };
}

/** What is known after more was heard: neither number ever goes back. The same object if nothing changed. */
export function heardMore(
  held: Unread,
  { ordinal = 0, read = 0 }: { ordinal?: number; read?: number },
): Unread {
  const next = toUnread(Math.max(held.ordinal, ordinal), Math.max(held.read, read));
  return next.ordinal === held.ordinal && next.read === held.read ? held : next;
}

/** Bots after an entry about one of them. */
export function withStatus(
  bots: readonly Bot[],
  entry: Extract<Wire.Entry, { type: 'bot_status' }>,
): readonly Bot[] {
  const { bot: id, status, error } = entry;
  const since = Date.parse(entry.at);
  return bots.map((bot) => (bot.user.id === id ? { ...bot, status, error, since } : bot));
}

/** A bot. */
export function toBot(wire: Wire.Bot): Bot {
  return { suggestions: [], ...said(wire) };
}

/** A run, but for what only its room knows. */
export function toRun({
  run: id,
  cancel,
  usage = [],
  ...rest
}: Wire.Run): Omit<Run, 'since' | 'cancel' | 'steer'> {
  const cancellation = cancel && said(cancel);
  return { attempt: 0, ...said(rest), id, cancellation, usage: usage.map(said) };
}

/** Something to decide. */
export function toApproval({ approval: id, decision, ...rest }: Wire.Approval): Approval {
  return { scopes: [], ...said(rest), id, decision: decision && said(decision) };
}
