/** What is pinned to a room: each leads to its message. */
import { useEffect, useState } from 'react';
import { fullTime } from '@antiphon/react/ui/kit';
import { type PinView, usePage } from '../page/page.ts';

interface PinnedProps {
  readonly room: string;
  readonly onOpen: (roomId: string, key: string) => void;
}

export function Pinned({ room, onOpen }: PinnedProps) {
  const { places } = usePage();
  const [pins, setPins] = useState<readonly PinView[]>([]);
  useEffect(() => {
    let gone = false;
    // Without them the rest of the sheet is as good as it was.
    places.pinned(room).then(
      (found) => !gone && setPins(found),
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [places, room]);
  if (pins.length === 0) return null;
  return (
    <section className="room-pins" aria-labelledby="room-pins">
      <h3 id="room-pins">Pinned</h3>
      <ul>
        {pins.map(({ key, author, excerpt, at }) => (
          <li key={key}>
            <button type="button" title={fullTime(at)} onClick={() => onOpen(room, key)}>
              <b>{author}</b> <span>{excerpt}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
