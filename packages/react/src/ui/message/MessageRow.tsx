/** A message: who, when, what, and how far it has come. */
import { Suspense, useId, useState } from 'react';
import { cx } from '../controls/cx.ts';
import { Avatar } from '../controls/Avatar.tsx';
import { clock, fullTime } from '../words/time.ts';
import type { MessageView } from '../view/model.ts';
import { later } from '../later.ts';
import { AnswerNote } from './AnswerNote.tsx';
import { DeliveryNote } from './DeliveryNote.tsx';
import { Asks } from './Asks.tsx';
import { LiveState } from './LiveState.tsx';
import { MessageActions } from './MessageActions.tsx';
import { Parts } from './Parts.tsx';
import { Quote } from './Quote.tsx';
import { Reactions } from './Reactions.tsx';
import { useVerbKeys } from './use-verb-keys.ts';

const QueueNotes = later(() => import('./QueueNotes.tsx'), 'QueueNotes');
const MessageDetails = later(() => import('./MessageDetails.tsx'), 'MessageDetails');

export interface MessageProps {
  readonly message: MessageView;
  /** It shows its author; otherwise it goes on with what the author said before. */
  readonly head?: boolean | undefined;
  /** Where it stands in the log, from 1. */
  readonly position?: number | undefined;
  /** Somebody jumped to it. */
  readonly target?: boolean | undefined;
  readonly previousKey?: string | undefined;
  readonly className?: string | undefined;
}

export function MessageRow({ message, head = true, position, target, previousKey, className }: MessageProps) {
  const id = useId();
  const [detailed, setDetailed] = useState(false);
  const acting = isActing(message);
  const onKeyDown = useVerbKeys(message);
  return (
    <article
      className={cx('ap-row ap-message-row', className)}
      data-state={stateOf(message)}
      data-head={head || undefined}
      data-line={lineOf(message)}
      data-mention={message.mentionsMe || undefined}
      data-target={target || undefined}
      data-own={message.own || undefined}
      data-delivery={message.delivery?.state}
      data-key={message.key}
      aria-labelledby={id}
      aria-posinset={position}
      aria-setsize={-1}
      aria-busy={acting || undefined}
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      {head && (
        <span className="ap-row-avatar">
          <Avatar user={message.author} acting={acting} />
        </span>
      )}
      <header className={head ? 'ap-row-head' : 'ap-unseen'}>
        <span id={id} className="ap-row-who">
          <span className="ap-row-name">{message.author.name}</span>
          {message.author.kind === 'bot' && <span className="ap-row-kind">agent</span>}
          <time dateTime={new Date(message.at).toISOString()} title={fullTime(message.at)}>
            {clock(message.at)}
          </time>
        </span>
        {head && <Words message={message} />}
        {head && <LiveState message={message} />}
      </header>
      {!head && (
        <span className="ap-row-aside">
          <Words message={message} />
          <LiveState message={message} />
        </span>
      )}
      {/* An answer right below its question needs no quote. */}
      {message.replyTo && message.replyTo.key !== previousKey && <Quote quote={message.replyTo} />}
      <Body message={message} />
      {message.asks && <Asks asks={message.asks} />}
      {detailed && message.answer && (
        <Suspense>
          <MessageDetails message={message} answer={message.answer} />
        </Suspense>
      )}
      {!message.deleted && message.reactions && <Reactions message={message} reactions={message.reactions} />}
      {message.waits && (
        <Suspense>
          <QueueNotes waits={message.waits} />
        </Suspense>
      )}
      {message.delivery && message.waits === undefined && (
        <DeliveryNote message={message} delivery={message.delivery} />
      )}
      {message.answer && <AnswerNote message={message} answer={message.answer} />}
      {!message.deleted && (
        <MessageActions message={message} detailed={detailed} onDetails={() => setDetailed(!detailed)} />
      )}
    </article>
  );
}

/** What became of it, in a word each. */
function Words({ message }: { message: MessageView }) {
  return (
    <>
      {message.edited && !message.deleted && <span className="ap-row-word">edited</span>}
      {message.pinned && (
        <span className="ap-row-word" title={`Pinned by ${message.pinned}`}>
          pinned
        </span>
      )}
    </>
  );
}

/** What it says, unless it is gone, or not for the first glance. */
function Body({ message }: { message: MessageView }) {
  const [shown, setShown] = useState(false);
  if (message.deleted) return <p className="ap-row-gone">Message deleted</p>;
  if (!message.hidden) return <Parts message={message} />;
  return (
    <>
      <p className="ap-row-gone">
        Hidden by {message.hidden}{' '}
        <button
          type="button"
          className="ap-link-button"
          aria-expanded={shown}
          onClick={() => setShown(!shown)}
        >
          {shown ? 'Hide' : 'Show'}
        </button>
      </p>
      {shown && <Parts message={message} />}
    </>
  );
}

/** What there is to say about it in a word: how far it has come, on its way or in the making. */
function stateOf({ deleted, delivery, answer }: MessageView): string {
  return deleted ? 'deleted' : (delivery?.state ?? answer?.state ?? 'sent');
}

/** An agent is at work on this message right now. */
export function isActing(message: MessageView): boolean {
  const state = message.answer?.state;
  return state !== undefined && ['thinking', 'working', 'waiting', 'streaming', 'stopping'].includes(state);
}

/** How the line looks beside this message. */
function lineOf(message: MessageView): 'solid' | 'acting' | 'waiting' | 'refused' {
  if (message.delivery?.state === 'queued') return 'waiting';
  if (message.delivery?.state === 'failed') return 'refused';
  return isActing(message) ? 'acting' : 'solid';
}
