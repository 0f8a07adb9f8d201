/** What entries say about a message without telling all of it: its end, its deletion, reactions, states of its tools. */
import type { Message, Reaction } from '../model/message.ts';
import { said } from '../wire/said.ts';
import type { Wire } from '../wire/words.ts';
import { matches, type Record, refreshRecord } from './record.ts';

/** Entries about a message that is held. */
export type EntryAbout = Extract<
  Wire.Entry,
  { type: 'message_completed' | 'message_deleted' | 'reaction' | 'tool_changed' }
>;

/** Users named under one reaction; the server names no more. */
const REACTION_USERS = 50;

/** Applies an entry; `torn` means that the text is not what the server has. */
export function foldInto(
  record: Record,
  entry: EntryAbout,
  me: string | undefined,
): 'completed' | 'torn' | 'updated' {
  record.rev = entry.seq;
  const { parts, reactions } = record.message;
  const become = (change: Partial<Message>) => (record.message = { ...record.message, ...change });
  switch (entry.type) {
    case 'message_completed': {
      const whole = matches(record, entry.ends);
      refreshRecord(record);
      record.streams = [];
      become({ status: entry.status });
      return whole ? 'completed' : 'torn';
    }
    case 'message_deleted':
      record.streams = [];
      become({
        parts: [],
        reactions: [],
        deletedAt: Date.parse(entry.at),
        pinnedAt: undefined,
        pinnedBy: undefined,
        hiddenAt: undefined,
        hiddenBy: undefined,
      });
      break;
    case 'reaction':
      become({ reactions: react(reactions, entry, me) });
      break;
    case 'tool_changed': {
      const { part: at, state, cancel } = entry;
      const told = { state, ...(cancel && { cancellation: said(cancel) }) };
      become({
        parts: parts.map((part, index) =>
          index === at && part.type === 'tool_call' ? { ...part, ...told } : part,
        ),
      });
    }
  }
  return 'updated';
}

function react(
  reactions: readonly Reaction[],
  { emoji, active, by }: { emoji: string; active: boolean; by: string },
  me: string | undefined,
): readonly Reaction[] {
  const held = reactions.find((reaction) => reaction.emoji === emoji);
  const { count, users, own }: Omit<Reaction, 'emoji'> = held ?? { count: 0, users: [], own: false };
  const named = users.includes(by);
  // Who is not named, because too many are, may have put it there all the same.
  if (active ? named : !named && count <= users.length) return reactions;
  const next: Reaction = {
    emoji,
    count: count + (active ? 1 : -1),
    users: active ? [...users, by].slice(0, REACTION_USERS) : users.filter((user) => user !== by),
    own: by === me ? active : own,
  };
  if (!held) return [...reactions, next];
  return reactions.flatMap((reaction) => (reaction !== held ? [reaction] : next.count > 0 ? [next] : []));
}
