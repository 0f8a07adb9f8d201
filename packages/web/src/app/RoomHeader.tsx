/** The room's name and topic, how the connection is, and how many are here. */
import { Menu, Users } from 'lucide-react';
import { ConnectionPill, IconButton, useReadable, useRoomView } from '@antiphon/react/ui/kit';
import type { Side } from './Shell.tsx';

export function RoomHeader({ onSide }: { onSide: (side: Side) => void }) {
  const room = useRoomView();
  const info = useReadable(room.info);
  const members = useReadable(room.members);
  const here = members.filter((member) => member.presence !== 'offline').length;
  return (
    <header className="room-header">
      <IconButton className="only-phone" label="Rooms" onClick={() => onSide('nav')}>
        <Menu aria-hidden="true" />
      </IconButton>
      <div className="room-title">
        <h1>{info.name}</h1>
        {info.topic && <p title={info.topic}>{info.topic}</p>}
      </div>
      <ConnectionPill />
      <button
        type="button"
        className="here-button"
        aria-label={`${here} here. Show members`}
        onClick={() => onSide('panel')}
      >
        <Users aria-hidden="true" />
        <span className="ap-tabular">{here}</span>
      </button>
    </header>
  );
}
