/** A few signs to put under a message, in the place of its actions. */
import { useEffect, useRef } from 'react';
import { useRoomView } from '../view/hooks.ts';
import type { MessageView } from '../view/model.ts';
import { focusRow } from './to-row.ts';

const SIGNS = [
  ['👍', 'Agree'],
  ['❤️', 'Love'],
  ['😄', 'Laugh'],
  ['🎉', 'Celebrate'],
  ['👀', 'Looking'],
  ['✅', 'Done'],
] as const;

export function ReactionChoice({ message, onDone }: { message: MessageView; onDone: () => void }) {
  const room = useRoomView();
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <div
      className="ap-row-actions"
      role="toolbar"
      aria-label="Reactions to choose from"
      onKeyDown={(event) => event.key === 'Escape' && onDone()}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && onDone()}
    >
      {SIGNS.map(([emoji, name], index) => (
        <button
          key={emoji}
          ref={index === 0 ? first : undefined}
          type="button"
          className="ap-icon-button"
          aria-label={name}
          title={name}
          onClick={({ currentTarget }) => {
            void room.react(message.key, emoji);
            focusRow(currentTarget);
            onDone();
          }}
        >
          <span aria-hidden="true">{emoji}</span>
        </button>
      ))}
    </div>
  );
}
