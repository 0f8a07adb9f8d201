/** Managing rooms: to find and change them, and to change who is in them. An entry of its own, because few pages do. */
import type { ChatClient } from './chat.ts';
import { mintId } from './environment.ts';
import type { Message } from './model/message.ts';
import type { Role, RoomInfo, RoomKind, RoomSummary, Visibility } from './model/room.ts';
import { pages } from './room/actions.ts';
import { toMessage, toRoomSummary } from './wire/convert.ts';
import { said } from './wire/said.ts';
import type { Wire } from './wire/words.ts';

/** What those who keep order in a room can say of a message. */
export type Mark = Wire.Mark;

/** Pages of pinned messages: there are few, and more than one only where they are long. */
const PIN_PAGES = 50;

/** A room to be made. */
export interface NewRoom {
  /** Minted if left out; the same id is the same room, for ever. */
  readonly id?: string;
  readonly name?: string;
  readonly topic?: string;
  readonly kind?: RoomKind;
  readonly visibility?: Visibility;
  /** Who else is in it from the start. */
  readonly members?: readonly string[];
}

/** Makes a room. */
export async function createRoom(chat: ChatClient, room: NewRoom): Promise<RoomInfo> {
  const { id = mintId(Date.now()), members, ...rest } = room;
  const { info } = await chat.ask(
    { type: 'create_room', id, ...rest, members: members && [...members] },
    'repeat',
  );
  return said(info);
}

/** Brings users into a room. */
export async function invite(
  chat: ChatClient,
  room: string,
  users: readonly string[],
  role: Role = 'member',
): Promise<void> {
  await chat.ask({ type: 'invite', room, users: [...users], role, id: mintId(Date.now()) }, 'repeat');
}

/** Public rooms that one has not joined. */
export async function discoverRooms(chat: ChatClient): Promise<readonly RoomSummary[]> {
  const { rooms } = await chat.ask({ type: 'list_rooms', discover: true });
  return rooms.map(toRoomSummary);
}

/** Pins a message to its room, or hides it from the first glance; or takes that back. */
export async function markMessage(
  chat: ChatClient,
  { room, id, sender }: Pick<Message, 'room' | 'id' | 'sender'>,
  mark: Mark,
  active = true,
): Promise<void> {
  const what = { type: 'mark_message', room, message_id: id, sender, mark, active } as const;
  await chat.ask({ ...what, id: mintId(Date.now()) }, 'repeat');
}

/** The pinned messages of a room, the one that was pinned last first. */
export async function listPinned(chat: ChatClient, room: string): Promise<readonly Message[]> {
  const found: Message[] = [];
  await pages(PIN_PAGES, async (before) => {
    const { pinned, more } = await chat.ask({ type: 'list_pinned', room, before });
    found.push(...pinned.map((message) => toMessage(message, message.id, chat.user?.id)));
    return more ? pinned.at(-1)?.id : undefined;
  });
  return found;
}

/** Ends at once what was asked to stop and does not: a tool call, or the run that writes a message. */
export async function endNow(
  chat: ChatClient,
  what: { readonly room: string } & ({ readonly toolCall: string } | { readonly message: string }),
): Promise<void> {
  const target = 'toolCall' in what ? { tool_call: what.toolCall } : { message_id: what.message };
  await chat.ask({ type: 'cancel', room: what.room, ...target, force: true }, 'repeat');
}

/** Finds messages by their words, in one room or in all of one's rooms. */
export async function searchMessages(
  chat: ChatClient,
  query: string,
  where: { room?: string; limit?: number } = {},
): Promise<readonly Message[]> {
  const { messages } = await chat.ask({ type: 'search', query, ...where });
  return messages.map((message) => toMessage(message, message.id, chat.user?.id));
}

/** Changes what a room is called, is about, and who may come in. */
export async function updateRoom(
  chat: ChatClient,
  room: string,
  change: { name?: string; topic?: string; visibility?: Visibility },
): Promise<void> {
  await chat.ask({ type: 'update_room', room, ...change, id: mintId(Date.now()) }, 'repeat');
}

/** Deletes a room with all that was said in it, for everyone, for ever: for its owner, in a direct room for both. */
export async function deleteRoom(chat: ChatClient, room: string): Promise<void> {
  await chat.ask({ type: 'delete_room', room, id: mintId(Date.now()) }, 'repeat');
}

/** Changes what a member may do. */
export async function changeMember(chat: ChatClient, room: string, user: string, role: Role): Promise<void> {
  await chat.ask({ type: 'change_member', room, user, role, id: mintId(Date.now()) }, 'repeat');
}

/** Takes a member out of a room. */
export async function removeMember(chat: ChatClient, room: string, user: string): Promise<void> {
  await chat.ask({ type: 'remove_member', room, user, id: mintId(Date.now()) }, 'repeat');
}
