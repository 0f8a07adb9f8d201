/** What can be done with a message; appears beside it on hover and focus. */
import { Check, Copy, Info, Pencil, Reply, SmilePlus, Trash2 } from 'lucide-react';
import { Suspense, useEffect, useState } from 'react';
import { useDraftingControl } from '../composer/drafting.ts';
import { useRoomView, useSelected } from '../view/hooks.ts';
import { copyText } from '../controls/copy.ts';
import { IconButton } from '../controls/Button.tsx';
import type { MessageView } from '../view/model.ts';
import { later } from '../later.ts';
import { plainText } from './plain-text.ts';
import { focusRow } from './to-row.ts';

const ReactionChoice = later(() => import('./ReactionChoice.tsx'), 'ReactionChoice');

const MarkButtons = later(() => import('./MarkButtons.tsx'), 'MarkButtons');

const SAID_MS = 1600;

interface MessageActionsProps {
  readonly message: MessageView;
  readonly detailed: boolean;
  readonly onDetails: () => void;
}

export function MessageActions({ message, detailed, onDetails }: MessageActionsProps) {
  const room = useRoomView();
  const plain = useSelected(room.info, (info) => info.plain === true);
  const drafting = useDraftingControl();
  const [copied, setCopied] = useState(false);
  const [choosing, setChoosing] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  const text = plainText(message);
  const stored =
    message.delivery === undefined ||
    message.delivery.state === 'sent' ||
    message.delivery.state === 'delivered';
  if (!stored) return null;
  if (choosing)
    return (
      <Suspense>
        <ReactionChoice message={message} onDone={() => setChoosing(false)} />
      </Suspense>
    );
  return (
    <div className="ap-row-actions" role="toolbar" aria-label="Message actions">
      {!plain && (
        <>
          <IconButton label="Reply" onClick={() => drafting.replyTo(message)}>
            <Reply aria-hidden="true" />
          </IconButton>
          <IconButton label="React" onClick={() => setChoosing(true)}>
            <SmilePlus aria-hidden="true" />
          </IconButton>
        </>
      )}
      {text !== '' && (
        <IconButton
          label={copied ? 'Copied' : 'Copy text'}
          onClick={() => void copyText(text).then(setCopied)}
        >
          {copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
        </IconButton>
      )}
      {message.answer && (
        <IconButton label="Details" aria-pressed={detailed} onClick={onDetails}>
          <Info aria-hidden="true" />
        </IconButton>
      )}
      {message.marks && (
        <Suspense>
          <MarkButtons message={message} marks={message.marks} />
        </Suspense>
      )}
      {message.own && !plain && (
        <>
          <IconButton label="Edit" onClick={() => drafting.edit(message)}>
            <Pencil aria-hidden="true" />
          </IconButton>
          <IconButton
            label="Delete"
            onClick={({ currentTarget }) => {
              focusRow(currentTarget);
              void room.remove(message.key);
            }}
          >
            <Trash2 aria-hidden="true" />
          </IconButton>
        </>
      )}
    </div>
  );
}
