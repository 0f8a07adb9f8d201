/** Rooms at the left, the conversation, and who is here at the right; on a phone the sides become drawers. */
import { useEffect, useState } from 'react';
import {
  RoomViewContext,
  type Target,
  type UserView,
  useChatView,
  useReadable,
  useSelected,
} from '@antiphon/react/ui/kit';
import { usePage } from '../page/page.ts';
import { Panel } from '../panel/Panel.tsx';
import { NoRoom } from './NoRoom.tsx';
import type * as Sheets from '../rooms/sheets.ts';
import { RoomNav } from '../rooms/RoomNav.tsx';
import { Conversation } from './Conversation.tsx';
import { closeRoom, openRoom, useRoomId } from './route.ts';
import { useShortcuts } from './shortcuts.ts';

export type Side = 'nav' | 'panel' | null;
/** A message to bring into view, and where. */
interface Place extends Target {
  readonly roomId: string;
}

export type Sheet =
  'palette' | 'agents' | 'new-room' | 'find-rooms' | 'room' | 'people' | 'keys' | 'settings' | null;

export function Shell({ me }: { me: UserView }) {
  const chat = useChatView();
  const page = usePage();
  const id = useRoomId();
  const list = useReadable(page.rooms);
  const [side, setSide] = useState<Side>(null);
  const [sheet, setSheet] = useState<Sheet>(null);
  const sheets = useSheets();
  const [jump, setJump] = useState<Place | null>(null);
  const room = id === null ? null : chat.room(id);

  const first = list.rooms[0]?.id;
  useEffect(() => {
    if (id === null && first !== undefined) openRoom(first, { replace: true });
  }, [id, first]);
  useShortcuts({
    rooms: list.rooms,
    current: id,
    onPalette: () => setSheet('palette'),
    onAgents: () => setSheet('agents'),
    onKeys: () => setSheet('keys'),
  });
  useTitle(
    list.rooms.reduce((sum, entry) => sum + entry.unread, 0),
    list.rooms.find((entry) => entry.id === id)?.name,
  );

  useEffect(() => {
    // A drawer that opens takes the focus, so that keys and screen readers go on inside it.
    if (side) document.querySelector<HTMLElement>(side === 'nav' ? '.room-nav' : '.panel')?.focus();
  }, [side]);

  const jumpTo = (key: string, roomId = id): void => {
    if (roomId !== null) setJump({ roomId, key, nonce: Date.now() });
  };
  const go = (roomId: string, key?: string): void => {
    openRoom(roomId);
    if (key !== undefined) jumpTo(key, roomId);
    setSide(null);
    setSheet(null);
  };
  return (
    <RoomViewContext value={room}>
      <div
        className="shell"
        data-side={side ?? undefined}
        onKeyDown={(event) => event.key === 'Escape' && side !== null && setSide(null)}
      >
        <RoomNav me={me} current={id} onOpen={go} onSheet={setSheet} />
        {room ? (
          <Conversation
            key={`log ${room.id}`}
            room={room}
            target={jump?.roomId === room.id ? jump : null}
            onJump={jumpTo}
            onSide={setSide}
            onSheet={setSheet}
          />
        ) : (
          <NoRoom onSide={setSide}>
            {!list.loading && first === undefined && sheets && <sheets.FirstRoom onSheet={setSheet} />}
          </NoRoom>
        )}
        {room && (
          <Panel
            key={`panel ${room.id}`}
            onClose={() => setSide(null)}
            onOpen={go}
            onSheet={setSheet}
            onJump={(key) => {
              jumpTo(key);
              setSide(null);
            }}
          />
        )}
        <button
          type="button"
          className="scrim"
          aria-label="Close"
          tabIndex={side ? 0 : -1}
          onClick={() => setSide(null)}
        />
      </div>
      {sheets && sheet !== null && (
        <OpenSheet sheets={sheets} sheet={sheet} room={id} onSheet={setSheet} onOpen={go} />
      )}
    </RoomViewContext>
  );
}

interface OpenSheetProps {
  readonly sheets: typeof Sheets;
  readonly sheet: Sheet;
  readonly room: string | null;
  readonly onSheet: (sheet: Sheet) => void;
  readonly onOpen: (roomId: string, key?: string) => void;
}

function OpenSheet({ sheets, sheet, room, onSheet, onOpen }: OpenSheetProps) {
  const place = useSelected(usePage().places.mine, (places) => places.get(room ?? ''));
  const close = (): void => onSheet(null);
  switch (sheet) {
    case 'palette':
    case 'agents':
      return (
        <sheets.Palette
          only={sheet === 'agents' ? 'agents' : undefined}
          onClose={close}
          onOpen={onOpen}
          onSheet={onSheet}
        />
      );
    case 'new-room':
      return <sheets.NewRoom onClose={close} onOpen={onOpen} />;
    case 'find-rooms':
      return <sheets.FindRooms onClose={close} onOpen={onOpen} onNewRoom={() => onSheet('new-room')} />;
    case 'settings':
      return <sheets.Settings onClose={close} onKeys={() => onSheet('keys')} />;
    case 'keys':
      return <sheets.KeyHelp onClose={close} />;
    case 'people':
      return place ? <sheets.AddPeople place={place} onClose={close} /> : null;
    case 'room':
      return place ? (
        <sheets.RoomSettings place={place} onClose={close} onLeft={leaveFor(onSheet)} onOpen={onOpen} />
      ) : null;
    case null:
      return null;
  }
}

/** Out of a room that is not mine any more, to the front. */
function leaveFor(onSheet: (sheet: Sheet) => void): () => void {
  return () => {
    onSheet(null);
    closeRoom();
  };
}

/** The sheets, once they have come. */
function useSheets(): typeof Sheets | undefined {
  const [sheets, setSheets] = useState<typeof Sheets>();
  useEffect(() => {
    // Without them, for want of a network, there is still a page.
    import('../rooms/sheets.ts').then(setSheets, () => undefined);
  }, []);
  return sheets;
}

function useTitle(unread: number, name: string | undefined): void {
  useEffect(() => {
    document.title = [unread > 0 && `(${unread})`, name ?? 'Antiphon'].filter(Boolean).join(' ');
  }, [unread, name]);
}
