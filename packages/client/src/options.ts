/** What an application can choose, and what it gets if it does not. */
import type { Auth } from './connection/token.ts';
import type { WebSocketClass } from './connection/websocket.ts';
import type { User } from './model/room.ts';
import type { OutboxStorage } from './outbox/storage.ts';
import type { FlushMode } from './store/flush.ts';

/** Options of {@link createChatClient}. */
export interface ChatClientOptions {
  /** Where the server is; relative in browsers. */
  readonly url: string;
  /** A token, or a function that is asked for one. */
  readonly auth: Auth;
  /** Who was signed in last: their unsent messages show before there is a connection. Whoever it is then, is told by it. */
  readonly user?: User | undefined;
  /** Bounds of the wait between attempts. */
  readonly reconnect?: { readonly minMs?: number; readonly maxMs?: number; readonly maxAttempts?: number };
  /** Where unsent messages are kept: in memory, or in what `indexedDbOutbox()` gives. */
  readonly outbox?: 'memory' | OutboxStorage;
  /** When changes become visible: once per animation frame, every so many milliseconds, or at once. */
  readonly flush?: FlushMode;
  /** What the user calls this device. */
  readonly device?: string;
  /** A WebSocket class, where there is no global one. */
  readonly WebSocket?: WebSocketClass;
  readonly now?: () => number;
  readonly random?: () => number;
}

/** Half a second at first, twenty at most, for ever. */
export const BACKOFF = { minMs: 500, maxMs: 20_000, maxAttempts: Infinity } as const;

/** The address of the server's WebSocket. */
export function socketUrl(url: string): string {
  const base = typeof location === 'undefined' ? undefined : location.href;
  const address = new URL(`${url.replace(/\/+$/, '')}/v1/ws`, base);
  address.protocol =
    address.protocol === 'http:' ? 'ws:' : address.protocol === 'https:' ? 'wss:' : address.protocol;
  return address.href;
}
