/** From the wire's words to those of the SDK: camelCase, times in milliseconds, nothing that is null. */
import type { Bot, Cancellation, Usage } from '../model/agent.ts';
import type { Approval, Decision } from '../model/approval.ts';
import type { Message } from '../model/message.ts';
import type { Part, ToolCallPart } from '../model/part.ts';
import type { Member, Role, RoomInfo, RoomSummary, Unread } from '../model/room.ts';
import { said } from './said.ts';
import type { Wire } from './words.ts';

/** Milliseconds of an instant that may be missing. */
export function toTime(instant: string | undefined): number | undefined {
  return instant === undefined ? undefined : Date.parse(instant);
}

/** A message as the server has it. */
export function toMessage(wire: Wire.Message, key: string, me: string | undefined): Message {
  const { visible_to, ...rest } = wire;
  const message = said(rest);
  return {
    ...message,
    key,
    own: wire.sender === me,
    parts: wire.parts.map((part, index) => toPart(part, visible_to?.[index])),
    delivery: 'sent',
    deliverySince: message.at,
    to: wire.to ?? [],
    reactions: (wire.reactions ?? []).map((reaction) => ({
      ...reaction,
      own: me !== undefined && reaction.users.includes(me),
    })),
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
  return { arguments: undefined, output: '', ...said(rest), id, cancellation: toCancellation(cancel) };
}

/** A wish to stop something. */
export function toCancellation(wire: Wire.Cancellation | undefined): Cancellation | undefined {
  return wire && said(wire);
}

/** A part that a person wrote, for the wire. */
export function fromPart(part: Part): Wire.Part {
  if (part.type !== 'file') return part as Wire.Part;
  const { mediaType, ...rest } = part;
  return { ...rest, media_type: mediaType };
}

/** A member. */
export function toMember({ user, ...rest }: Wire.Member): Member {
  return { ...said(rest), id: user };
}

/** A room. */
export function toRoomInfo(wire: Wire.Room): RoomInfo {
  return said(wire);
}

/** A room in a list. */
export function toRoomSummary(wire: Wire.RoomSummary): RoomSummary {
  return {
    ...toRoomInfo(wire.room),
    role: wire.role,
    unread: toUnread(wire.ordinal, wire.read),
    activeAt: Date.parse(wire.active_at),
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
  const since = Date.parse(entry.at);
  return bots.map((bot) => (bot.user.id === id ? { ...bot, status, error, since } : bot));
}

/** A bot. */
export function toBot(wire: Wire.Bot): Bot {
  return { suggestions: [], ...said(wire) };
}

/** What a model used up. */
export function toUsage(wire: Wire.Usage): Usage {
  return said(wire);
}

/** Something to decide. */
export function toApproval({ approval: id, decision, ...rest }: Wire.Approval): Approval {
  return { scopes: [], ...said(rest), id, decision: decision && toDecision(decision) };
}

/** An answer. */
export function toDecision(wire: Wire.Decision): Decision {
  return said(wire);
}
