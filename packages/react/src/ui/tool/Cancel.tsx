/** Cancelling a call: a request with an outcome, so the button says where it stands. */
import { useNow } from '../clock/now.ts';
import { focusRow } from '../message/to-row.ts';
import { useRoomView } from '../view/hooks.ts';
import type { ToolView } from '../view/model.ts';

/** After this long it is not a matter of a moment any more: the server ends it when its time is up, or when people say so. */
export const SLOW_MS = 2500;

export function Cancel({ call }: { call: ToolView }) {
  const room = useRoomView();
  if (call.state === 'cancelling') return <Stopping call={call} />;
  const stoppable = call.state === 'running' || call.state === 'queued' || call.state === 'input';
  if (!call.mine || !stoppable) return null;
  return (
    <button
      type="button"
      className="ap-link-button"
      aria-label={`Cancel ${call.name}`}
      onClick={({ currentTarget }) => {
        focusRow(currentTarget);
        void room.cancelTool(call.id);
      }}
    >
      Cancel
    </button>
  );
}

function Stopping({ call }: { call: ToolView }) {
  const room = useRoomView();
  const slow = useNow() - (call.stop?.since ?? Infinity) >= SLOW_MS;
  if (!slow) return <span className="ap-tool-time">Stopping</span>;
  return (
    <>
      <span className="ap-tool-time">Still stopping</span>
      {call.mine && (
        <button
          type="button"
          className="ap-link-button"
          aria-label={`Force ${call.name} to stop`}
          onClick={({ currentTarget }) => {
            focusRow(currentTarget);
            void room.cancelTool(call.id, true);
          }}
        >
          Force
        </button>
      )}
    </>
  );
}
