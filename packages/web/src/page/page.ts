/**
 * What the page has beside the chat that it shows: who is signed in, and which rooms there are. The adapter over the
 * SDK implements it; so does the demonstration.
 */
import type { ChatView, Readable, RoomKind, UserView } from '@antiphon/react/ui/kit';
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

export interface PageView {
  readonly chat: ChatView;
  readonly session: Readable<SessionView>;
  readonly rooms: Readable<RoomListView>;
  /** Rejects with what to show below the form. */
  signIn(name: string): Promise<void>;
  signOut(): Promise<void>;
  /** Resolves to the new room's id; rejects with what to show below the form. */
  createRoom(input: { name: string; topic?: string }): Promise<string>;
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
