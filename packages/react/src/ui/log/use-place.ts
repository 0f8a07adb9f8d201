/** Watches a row's place among its neighbours; a primitive, so that a streaming neighbour does not wake the row. */
import { useCallback, useSyncExternalStore } from 'react';
import { useRoomView } from '../view/hooks.ts';
import { placeOf, type Place } from './grouping.ts';

export function usePlace(previous: string | undefined, key: string): Place {
  const room = useRoomView();
  const subscribe = useCallback(
    (onChange: () => void) => {
      const off = room.item(key).subscribe(onChange);
      const offPrevious = previous === undefined ? undefined : room.item(previous).subscribe(onChange);
      return () => {
        off();
        offPrevious?.();
      };
    },
    [room, previous, key],
  );
  const read = (): Place =>
    placeOf(previous === undefined ? undefined : room.item(previous).get(), room.item(key).get());
  return useSyncExternalStore(subscribe, read, read);
}
