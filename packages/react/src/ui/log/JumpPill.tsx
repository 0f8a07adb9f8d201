/** The way back to the newest message, with a count of what came meanwhile. */
import { ArrowDown } from 'lucide-react';
import { useState } from 'react';
import { count } from '../words/text.ts';

export function JumpPill({ keys, onJump }: { keys: readonly string[]; onJump: () => void }) {
  // The newest key when the reader left the end; the pill exists only while they are away.
  const [left] = useState(() => keys.at(-1));
  const at = left === undefined ? -1 : keys.lastIndexOf(left);
  const missed = at < 0 ? 0 : keys.length - 1 - at;
  return (
    <button
      type="button"
      className="ap-jump-pill"
      data-new={missed > 0 || undefined}
      aria-label={missed > 0 ? `${count(missed, 'new message')}. Go to the latest` : undefined}
      onClick={onJump}
    >
      <ArrowDown aria-hidden="true" />
      {missed > 0 ? `${missed.toLocaleString()} new` : 'Latest'}
    </button>
  );
}
