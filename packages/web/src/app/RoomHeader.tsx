/** The room's name and topic, which open what can be done about it; how the connection is, and how many are here. */
import { Menu, Users } from 'lucide-react';
import { ConnectionPill, IconButton, useReadable, useRoomView } from '@antiphon/react/ui/kit';
import type { Sheet, Side } from './Shell.tsx';

interface RoomHeaderProps {
  readonly onSide: (side: Side) => void;
  readonly onSheet: (sheet: Sheet) => void;
}

export function RoomHeader({ onSide, onSheet }: RoomHeaderProps) {
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
        <h1>
          {info.kind === 'group' ? (
            <button
              type="button"
              className="room-name"
              aria-haspopup="dialog"
              title="About this room"
              onClick={() => onSheet('room')}
            >
              {info.name}
            </button>
          ) : (
            info.name
          )}
        </h1>
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
