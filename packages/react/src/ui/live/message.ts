/** A message of the SDK as the page shows it. */
import { type Message, type Role, type Run, textOf } from '@antiphon/client';
import type { ApprovalView, MarkView, MessageView, UserView, WaitView } from '../view/model.ts';
import { answerView } from './answer.ts';
import { type Caused, deliveryView } from './delivery.ts';
import { type PartFacts, partViews } from './parts.ts';
import type { Thoughts } from './thoughts.ts';

/** As much of a message as a quote shows. */
const QUOTED = 120;

/** Everything that a message's picture is made of. */
export interface MessageFacts {
  readonly message: Message;
  readonly author: UserView;
  /** The run that wrote it. */
  readonly run: Run | undefined;
  /** I may stop that run. */
  readonly mine: boolean;
  readonly me: UserView;
  readonly quoted: { readonly message: Message; readonly name: string } | undefined;
  /** It is my newest one; what became of it. */
  readonly newest: boolean;
  readonly caused: readonly Caused[];
  /** Who has read it, if it is my newest one. */
  readonly readers: readonly string[];
  /** What I may mark messages as. */
  readonly marks: readonly MarkView[];
  readonly waits: readonly WaitView[] | undefined;
  readonly asks: readonly ApprovalView[] | undefined;
  readonly approvalOf: PartFacts['approvalOf'];
  /** What I am in this room. */
  readonly role: Role | undefined;
  readonly stopping: ReadonlySet<string>;
  readonly thoughts: Thoughts;
  readonly now: number;
  readonly nameOf: (user: string) => string;
}

export function messageView(facts: MessageFacts): MessageView {
  const { message, author, run, mine, nameOf } = facts;
  const reply = replyView(facts);
  return {
    kind: 'message',
    key: message.key,
    author,
    at: message.at,
    own: message.own,
    parts: partViews(message, facts),
    ...(message.own && message.deletedAt === undefined
      ? { delivery: deliveryView(message, facts.newest, facts.caused, facts.readers) }
      : {}),
    ...(message.run === undefined ? {} : { answer: answerView(message, run, { mine, nameOf }) }),
    ...(facts.waits === undefined ? {} : { waits: facts.waits }),
    ...(facts.asks === undefined ? {} : { asks: facts.asks }),
    ...(message.editedAt === undefined ? {} : { edited: true }),
    ...(message.deletedAt === undefined ? markViews(message, facts) : { deleted: true }),
    ...(!message.own && calls(textOf(message), facts.me.name) ? { mentionsMe: true } : {}),
    ...(reply === undefined ? {} : { replyTo: reply }),
    ...(message.reactions.length === 0
      ? {}
      : {
          reactions: message.reactions.map(({ emoji, count, own, users }) => ({
            emoji,
            count,
            mine: own,
            names: users.map(nameOf),
          })),
        }),
  };
}

function markViews(
  { pinnedBy, hiddenBy, status }: Message,
  { marks, nameOf }: MessageFacts,
): Pick<MessageView, 'pinned' | 'hidden' | 'marks'> {
  return {
    ...(pinnedBy === undefined ? {} : { pinned: nameOf(pinnedBy) }),
    ...(hiddenBy === undefined ? {} : { hidden: nameOf(hiddenBy) }),
    ...(marks.length === 0 || status === 'streaming' ? {} : { marks }),
  };
}

function replyView({ message, quoted }: MessageFacts): MessageView['replyTo'] {
  if (message.replyTo === undefined) return undefined;
  if (!quoted) return { name: 'An earlier message', excerpt: '' };
  const { name, message: original } = quoted;
  return { key: original.key, name, excerpt: glanceOf(original) };
}

/** What a message is to those who see it from elsewhere: nothing of what is gone, or not for the first glance. */
export function glanceOf(message: Message): string {
  if (message.deletedAt !== undefined) return 'Message deleted';
  return message.hiddenAt === undefined ? excerptOf(message) : 'Hidden message';
}

/** The first words of a message. */
export function excerptOf(message: Message, length = QUOTED): string {
  const words = textOf(message)
    .replace(/[*_`#>]+/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
  return words.length > length ? `${words.slice(0, length).trimEnd()}…` : words;
}

/** Whether a text calls somebody by an `@` and their name. */
function calls(text: string, name: string): boolean {
  if (name === '' || !text.includes('@')) return false;
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}_@.])@${escaped}(?![\\p{L}\\p{N}_])`, 'iu').test(text);
}
