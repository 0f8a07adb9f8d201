/** The room's header on the page: its name opens what can be done about it; before it the rooms, after it the members. */
import { Header, IconButton, useReadable, useRoomView } from '@antiphon/react/ui/kit';
import { Menu, Users } from 'lucide-react';
import type { Sheet, Side } from './Shell.tsx';

interface RoomHeaderProps {
  readonly onSide: (side: Side) => void;
  readonly onSheet: (sheet: Sheet) => void;
}

export function RoomHeader({ onSide, onSheet }: RoomHeaderProps) {
  const room = useRoomView();
  const { kind, name } = useReadable(room.info);
  const members = useReadable(room.members);
  const here = members.filter((member) => member.presence !== 'offline').length;
  return (
    <Header
      className="room-header"
      heading="h1"
      before={
        <IconButton className="only-phone" label="Rooms" onClick={() => onSide('nav')}>
          <Menu aria-hidden="true" />
        </IconButton>
      }
      name={
        kind === 'group' && (
          <button
            type="button"
            className="room-name"
            aria-haspopup="dialog"
            title="About this room"
            onClick={() => onSheet('room')}
          >
            {name}
          </button>
        )
      }
      after={
        <>
          <span className="here-count ap-tabular">{here} here</span>
          <button
            type="button"
            className="here-button"
            aria-label={`${here} here. Show members`}
            onClick={() => onSide('panel')}
          >
            <Users aria-hidden="true" />
            <span className="ap-tabular">{here}</span>
          </button>
        </>
      }
    />
  );
}
