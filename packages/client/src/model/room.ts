/** Rooms, users, members, and what happened to a room, as an application sees them. */
import type { ChatError } from '../errors.ts';

/** What a room is for. */
export type RoomKind = 'group' | 'direct' | 'session';

/** Who may join a room. */
export type Visibility = 'public' | 'private';

/** What a member may do, from least to most. */
export type Role = 'viewer' | 'member' | 'admin' | 'owner';

/** What a user is; the server decides it. */
export type UserKind = 'person' | 'bot';

/** Whether a user can be reached. */
export type PresenceStatus = 'online' | 'away' | 'offline';

/** Where a room stands: `paused` means that the connection is away and the room will be joined again. */
export type RoomPhase = 'joining' | 'joined' | 'paused' | 'denied' | 'left';

/** Live content that one can do without; what is finished always comes. */
export type Receive = 'text' | 'reasoning' | 'tools' | 'typing' | 'presence';

/** How the last join began: anew, right where the last one ended, or with a new picture of the room. */
export type Recovery = 'fresh' | 'replayed' | 'snapshot';

/** A person or a bot. */
export interface User {
  readonly id: string;
  readonly kind: UserKind;
  readonly name: string;
  readonly avatar?: string | undefined;
}

/** A user in a room. */
export interface Member extends User {
  readonly role: Role;
  readonly joinedAt: number;
}

/** A named place with members and a log. */
export interface RoomInfo {
  readonly id: string;
  readonly kind: RoomKind;
  readonly visibility: Visibility;
  readonly name: string;
  readonly topic?: string | undefined;
  readonly createdBy: string;
  readonly createdAt: number;
}

/** How many messages there are, how many one has read, and the difference. */
export interface Unread {
  readonly ordinal: number;
  readonly read: number;
  readonly count: number;
}

/** A room in the list of one's rooms. */
export interface RoomSummary extends RoomInfo {
  /** One's role; absent for a public room that one has not joined. */
  readonly role?: Role | undefined;
  readonly unread: Unread;
  readonly activeAt: number;
}

/** Everything about a room but its messages; a new object only when something changed. */
export interface RoomStatus {
  readonly phase: RoomPhase;
  /** Why the room cannot be joined. */
  readonly error?: ChatError | undefined;
  readonly info?: RoomInfo | undefined;
  /** One's own membership. */
  readonly me?: Member | undefined;
  readonly recovered?: Recovery | undefined;
}

/** Something that happened to the room: a line between the messages. */
export type RoomEvent = RoomEventBody & {
  readonly key: string;
  readonly seq: number;
  readonly at: number;
  /** Who caused it. */
  readonly by: string;
};

/** What happened. */
export type RoomEventBody =
  | { readonly type: 'member_joined'; readonly member: Member }
  | { readonly type: 'member_left'; readonly user: string }
  | { readonly type: 'member_changed'; readonly member: Member }
  | { readonly type: 'room_changed'; readonly info: RoomInfo };

/** How far somebody has read. */
export interface ReadBy {
  readonly user: string;
  /** The `ordinal` of the last message read. */
  readonly ordinal: number;
}
