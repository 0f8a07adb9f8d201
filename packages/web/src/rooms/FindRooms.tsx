/** Rooms that everyone may come into. */
import { Hash } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button, Dialog } from '@antiphon/react/ui/kit';
import { type OpenRoom, usePage } from '../page/page.ts';

interface FindRoomsProps {
  readonly onClose: () => void;
  readonly onOpen: (roomId: string) => void;
  readonly onNewRoom: () => void;
}

type Found = readonly OpenRoom[] | 'looking' | 'failed';

export function FindRooms({ onClose, onOpen, onNewRoom }: FindRoomsProps) {
  const page = usePage();
  const [found, setFound] = useState<Found>('looking');
  useEffect(() => {
    page.places.discover().then(setFound, () => setFound('failed'));
  }, [page]);
  return (
    <Dialog label="Find a room" onClose={onClose}>
      <div className="ap-dialog-body">
        <h2>Find a room</h2>
        <Rooms found={found} onOpen={onOpen} />
        <div className="ap-dialog-verbs">
          <Button look="quiet" onClick={onClose}>
            Close
          </Button>
          <Button onClick={onNewRoom}>Make a room</Button>
        </div>
      </div>
    </Dialog>
  );
}

function Rooms({ found, onOpen }: { found: Found; onOpen: (roomId: string) => void }) {
  if (found === 'looking') return <p role="status">Looking for rooms</p>;
  if (found === 'failed')
    return <p role="alert">The rooms could not be listed. Try again when you are connected.</p>;
  if (found.length === 0) return <p role="status">You are in every open room there is.</p>;
  return (
    <ul className="open-rooms" aria-label="Open rooms">
      {found.map(({ id, name, topic }) => (
        <li key={id}>
          <Hash aria-hidden="true" />
          <span className="open-room">
            <span className="nav-name">{name}</span>
            {topic !== undefined && <small>{topic}</small>}
          </span>
          <Button aria-label={`Join ${name}`} onClick={() => onOpen(id)}>
            Join
          </Button>
        </li>
      ))}
    </ul>
  );
}
