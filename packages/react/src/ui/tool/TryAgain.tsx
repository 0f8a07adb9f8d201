/** A call that came to nothing and may work another time: its agent is asked to try it once more. */
import { useRoomView } from '../view/hooks.ts';
import type { ToolView } from '../view/model.ts';

export function TryAgain({ call }: { call: ToolView }) {
  const room = useRoomView();
  const worthIt = call.state === 'timed_out' || call.error?.retryable === true;
  if (!worthIt || !call.mine) return null;
  return (
    <p className="ap-tool-again">
      <button
        type="button"
        className="ap-link-button"
        aria-label={`Try again: ${call.name}`}
        onClick={() => void room.retryTool(call.id)}
      >
        Try again
      </button>
    </p>
  );
}
