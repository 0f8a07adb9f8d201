/** What a page that was rendered elsewhere comes with: rooms as they were then, shown until they have been joined. */
import type { ChatClient, Message, RoomInfo } from '@antiphon/client';

/** A room as it was. */
export interface RoomSnapshot {
  readonly messages: readonly Message[];
  readonly info?: RoomInfo | undefined;
}

/** Rooms as they were; made of plain values, so that it can be sent along with the page. */
export interface InitialState {
  readonly rooms?: Readonly<Record<string, RoomSnapshot>>;
}

/** Remembers rooms that a client holds: all that can be shown of them without a connection. */
export function takeSnapshot(chat: ChatClient, rooms: readonly string[]): InitialState {
  return {
    rooms: Object.fromEntries(
      rooms.flatMap((id) => {
        const room = chat.getRoom(id);
        return room ? [[id, { messages: room.messages, info: room.info }]] : [];
      }),
    ),
  };
}
