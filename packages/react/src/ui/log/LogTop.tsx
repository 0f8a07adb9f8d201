/** The row above the oldest message, of one height in every state, so that nothing below it moves. */
import { useRoomView } from '../view/hooks.ts';
import type { LogView } from '../view/model.ts';

export const TOP_PX = 64;

export function LogTop({ log, name }: { log: LogView; name: string }) {
  const room = useRoomView();
  return (
    <div className="ap-log-top" style={{ blockSize: TOP_PX }}>
      {log.loading === 'older' ? (
        <span>Loading earlier messages</span>
      ) : log.hasOlder ? (
        <button type="button" className="ap-link-button" onClick={() => void room.loadOlder()}>
          Load earlier messages
        </button>
      ) : (
        <span className="ap-log-begin">The beginning of {name}</span>
      )}
    </div>
  );
}
