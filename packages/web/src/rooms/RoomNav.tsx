/** The way between rooms, agents and people. */
import { Compass, Hash, Plus, Search } from 'lucide-react';
import { IconButton, Mark, type UserView, useReadable } from '@antiphon/react/ui/kit';
import { type RoomSummary, usePage } from '../page/page.ts';
import type { Sheet } from '../app/Shell.tsx';
import { COMMAND } from '../app/shortcuts.ts';
import { AgentList } from './AgentList.tsx';
import { Me } from './Me.tsx';
import { NavRow } from './NavRow.tsx';
import './rooms.css';

interface RoomNavProps {
  readonly me: UserView;
  readonly current: string | null;
  readonly onOpen: (id: string) => void;
  readonly onSheet: (sheet: Sheet) => void;
}

export function RoomNav({ me, current, onOpen, onSheet }: RoomNavProps) {
  const { rooms, loading } = useReadable(usePage().rooms);
  const groups = rooms.filter((room) => room.kind === 'group');
  const people = rooms.filter((room) => room.kind !== 'group' && room.other?.kind !== 'bot');
  return (
    <nav className="room-nav" aria-label="Rooms" tabIndex={-1}>
      <div className="nav-head">
        <Mark size={22} />
        <span>Antiphon</span>
      </div>
      <button type="button" className="nav-jump" onClick={() => onSheet('palette')}>
        <Search aria-hidden="true" />
        <span>Jump to…</span>
        <kbd>{COMMAND} K</kbd>
      </button>
      <div className="nav-lists">
        <section aria-labelledby="nav-rooms">
          <header>
            <h2 id="nav-rooms">Rooms</h2>
            <IconButton label="Find a room" onClick={() => onSheet('find-rooms')}>
              <Compass aria-hidden="true" />
            </IconButton>
            <IconButton label="New room" onClick={() => onSheet('new-room')}>
              <Plus aria-hidden="true" />
            </IconButton>
          </header>
          {loading ? <NavSkeleton /> : <RoomRows rooms={groups} current={current} onOpen={onOpen} />}
        </section>
        <AgentList rooms={rooms} current={current} onOpen={onOpen} />
        {people.length > 0 && (
          <section aria-labelledby="nav-people">
            <header>
              <h2 id="nav-people">People</h2>
            </header>
            <RoomRows rooms={people} current={current} onOpen={onOpen} />
          </section>
        )}
      </div>
      <Me me={me} onSettings={() => onSheet('settings')} />
    </nav>
  );
}

interface RoomRowsProps {
  readonly rooms: readonly RoomSummary[];
  readonly current: string | null;
  readonly onOpen: (id: string) => void;
}

function RoomRows({ rooms, current, onOpen }: RoomRowsProps) {
  return (
    <ul>
      {rooms.map((room) => (
        <NavRow
          key={room.id}
          sign={room.other ? { user: room.other } : <Hash aria-hidden="true" />}
          name={room.name}
          current={room.id === current}
          unread={room.unread}
          mentioned={room.mentioned}
          onOpen={() => onOpen(room.id)}
        />
      ))}
    </ul>
  );
}

function NavSkeleton() {
  return (
    <div className="nav-skeleton" aria-hidden="true">
      <span />
      <span />
      <span />
    </div>
  );
}
