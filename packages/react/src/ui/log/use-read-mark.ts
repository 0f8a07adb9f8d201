/** Marks messages as read once they have been in view: the page visible, the reader at the end. */
import { useEffect } from 'react';
import { useItemSelected, useRoomView } from '../view/hooks.ts';

export function useReadMark(keys: readonly string[], pinned: boolean): void {
  const room = useRoomView();
  const newest = keys.at(-1);
  const count = keys.length;
  // One's own message counts from when it is stored.
  const delivery = useItemSelected(newest, (item) =>
    item?.kind === 'message' ? item.delivery?.state : undefined,
  );
  useEffect(() => {
    if (newest === undefined || !pinned) return;
    const mark = (): void => {
      if (document.visibilityState === 'visible' && document.hasFocus()) room.markRead(newest);
    };
    mark();
    document.addEventListener('visibilitychange', mark);
    window.addEventListener('focus', mark);
    return () => {
      document.removeEventListener('visibilitychange', mark);
      window.removeEventListener('focus', mark);
    };
    // Others' messages appear above one's own that cannot be sent: the count tells of them.
  }, [room, newest, count, delivery, pinned]);
}
