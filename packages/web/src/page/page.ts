/**
 * What the page has beside the chat that it shows: who is signed in, and which rooms there are. The adapter over the
 * SDK implements it; so does the demonstration.
 */
import type { ChatView, MemberView, Readable, RoomKind, UserView } from '@antiphon/react/ui/kit';
import { createContext, useContext } from 'react';

export type SessionView =
  | { readonly state: 'restoring' }
  | { readonly state: 'signed_out'; readonly guests: boolean; readonly reason?: string }
  | { readonly state: 'signed_in'; readonly me: UserView };

export interface RoomSummary {
  readonly id: string;
  readonly name: string;
  readonly kind: RoomKind;
  readonly unread: number;
  /** One of the unread messages names me. */
  readonly mentioned: boolean;
  /** The other one in a direct or session room. */
  readonly other?: UserView;
}

export interface RoomListView {
  readonly rooms: readonly RoomSummary[];
  readonly loading: boolean;
}

/** A message that was found. */
export interface HitView {
  readonly roomId: string;
  readonly roomName: string;
  readonly key: string;
  readonly excerpt: string;
  readonly at: number;
}

/** A message that is pinned to its room. */
export interface PinView extends Pick<HitView, 'key' | 'excerpt' | 'at'> {
  readonly author: string;
}

/** A room that I am in, as those who keep it in order see it. */
export interface PlaceView {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  readonly kind: RoomKind;
  /** Everyone on this server may come in by themselves. */
  readonly open: boolean;
  /** I may change it, and who is in it. */
  readonly manage: boolean;
  /** It is mine: I may delete it. */
  readonly owned: boolean;
  /** Everyone comes into it when they sign in; leaving it would not last. */
  readonly home: boolean;
}

export interface PlaceChange {
  readonly name?: string;
  readonly topic?: string;
  readonly open?: boolean;
}

/** A room that I could come into. */
export interface OpenRoom {
  readonly id: string;
  readonly name: string;
  readonly topic?: string;
}

export interface NewRoomInput {
  readonly name: string;
  readonly topic?: string;
  readonly open: boolean;
  /** Who comes along from the start. */
  readonly members: readonly string[];
}

/** Rooms as they are kept in order. What changes something rejects with what to show below the form. */
export interface Places {
  /** My rooms, by id. */
  readonly mine: Readable<ReadonlyMap<string, PlaceView>>;
  /** Rooms that everyone may come into and I am not in. */
  discover(): Promise<readonly OpenRoom[]>;
  /** People and agents whom I know from other rooms, and who are not in this one. */
  acquaintances(room: string): Promise<readonly UserView[]>;
  /** The pinned messages of a room, the one that was pinned last first. */
  pinned(room: string): Promise<readonly PinView[]>;
  /** Resolves to the new room's id. */
  create(input: NewRoomInput): Promise<string>;
  change(room: string, change: PlaceChange): Promise<void>;
  leave(room: string): Promise<void>;
  /** With all that was said in it, for everyone. */
  delete(room: string): Promise<void>;
  invite(room: string, users: readonly string[]): Promise<void>;
  removeMember(room: string, user: string): Promise<void>;
  changeRole(room: string, user: string, role: MemberView['role']): Promise<void>;
}

export interface PageView {
  readonly chat: ChatView;
  readonly session: Readable<SessionView>;
  readonly rooms: Readable<RoomListView>;
  /** Rejects with what to show below the form. */
  signIn(name: string): Promise<void>;
  signOut(): Promise<void>;
  readonly places: Places;
  /** The direct or session room with that user, made if need be; nothing if that failed. */
  openDirect(userId: string): Promise<string | undefined>;
  /** Messages that contain these words, in all of my rooms. */
  search(words: string): Promise<readonly HitView[]>;
}

export const PageContext = createContext<PageView | null>(null);

export function usePage(): PageView {
  const page = useContext(PageContext);
  if (!page) throw new Error('PageContext is missing above this component');
  return page;
}
