/** Above the field: which message is being answered or changed. */
import { X } from 'lucide-react';
import { excerpt } from '../message/plain-text.ts';
import { IconButton } from '../controls/Button.tsx';
import type { Drafting } from './drafting.ts';

export function DraftingBar({ drafting, onCancel }: { drafting: Drafting; onCancel: () => void }) {
  if (drafting.mode === 'new') return null;
  const { message } = drafting;
  return (
    <div className="ap-drafting-bar">
      <span>
        {drafting.mode === 'edit' ? (
          'Changing your message'
        ) : (
          <>
            Answering <b>{message.author.name}</b>
          </>
        )}
        <span className="ap-drafting-excerpt">{excerpt(message)}</span>
      </span>
      <IconButton
        label={drafting.mode === 'edit' ? 'Leave it as it was' : 'Do not answer'}
        onClick={onCancel}
      >
        <X aria-hidden="true" />
      </IconButton>
    </div>
  );
}
