/** A break in the line: messages that are missing here, with a way to fetch them. */
import { useRoomView } from '../view/hooks.ts';
import type { GapView } from '../view/model.ts';
import { count } from '../words/text.ts';

export function GapRow({ gap }: { gap: GapView }) {
  const room = useRoomView();
  const what = gap.missing === undefined ? 'Some earlier messages' : count(gap.missing, 'earlier message');
  return (
    <div className="ap-row ap-gap-row" data-line="broken">
      <span className="ap-gap-strokes" aria-hidden="true" />
      <p>
        {what},{' '}
        <button
          type="button"
          className="ap-link-button"
          disabled={gap.loading}
          onClick={() => void room.fillGap(gap.key)}
        >
          {gap.loading ? 'loading' : 'load'}
        </button>
      </p>
    </div>
  );
}
