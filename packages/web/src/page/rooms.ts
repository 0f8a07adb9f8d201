/** The list of rooms: those that everyone is in first, then the others by name; rooms for two by when something happened. */
import type { RoomSummary, User } from '@antiphon/client';
import { roomName, userView } from '@antiphon/react/ui/kit';
import type { RoomListView, RoomSummary as RoomRow } from './page.ts';

export interface RoomList {
  readonly rooms: readonly RoomSummary[];
  readonly loaded: boolean;
  readonly others: ReadonlyMap<string, User>;
  /** The room that everyone joins, while it is not known to be closed. */
  readonly home: string | undefined;
}

export function roomList({ rooms, loaded, others, home }: RoomList): RoomListView {
  const rows = [...rooms].sort(byPlace(home)).map((room) => row(room, others.get(room.id)));
  // Before it was joined it has a place already, so that the page has one to open.
  if (loaded && home !== undefined && !rooms.some(({ id }) => id === home))
    rows.unshift({ id: home, name: home, kind: 'group', unread: 0, mentioned: false });
  return { rooms: rows, loading: !loaded };
}

function row({ id, name, kind, unread }: RoomSummary, other: User | undefined): RoomRow {
  return {
    id,
    name: roomName(name, kind, other),
    kind,
    unread: unread.count,
    mentioned: false,
    ...(other ? { other: userView(other) } : {}),
  };
}

function byPlace(home: string | undefined): (a: RoomSummary, b: RoomSummary) => number {
  return (a, b) => {
    if (a.id === home || b.id === home) return a.id === home ? -1 : 1;
    if (a.kind === 'group' && b.kind === 'group') return a.name.localeCompare(b.name);
    return a.kind === 'group' || b.kind === 'group' ? (a.kind === 'group' ? -1 : 1) : b.activeAt - a.activeAt;
  };
}
