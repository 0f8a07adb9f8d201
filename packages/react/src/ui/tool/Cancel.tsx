/** Cancelling a call: a request with an outcome, so the button says where it stands. */
import { useRoomView } from '../view/hooks.ts';
import type { ToolView } from '../view/model.ts';

export function Cancel({ call }: { call: ToolView }) {
  const room = useRoomView();
  if (call.state === 'cancelling') return <span className="ap-tool-time">Stopping…</span>;
  const stoppable = call.state === 'running' || call.state === 'queued' || call.state === 'input';
  if (!call.mine || !stoppable) return null;
  return (
    <button
      type="button"
      className="ap-link-button"
      aria-label={`Cancel ${call.name}`}
      onClick={() => void room.cancelTool(call.id)}
    >
      Cancel
    </button>
  );
}
