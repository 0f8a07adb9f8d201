/** From a room to the client that it is a room of. */
import type { ChatClient } from '../chat.ts';
import type { Place } from '../room/core.ts';
import type { Room } from '../room/room.ts';

/** The client of a room: whatever implements a room is a place, and its core is the client, seen in another way. */
export function clientOf(room: Room): ChatClient {
  return (room as unknown as Place).core as unknown as ChatClient;
}
