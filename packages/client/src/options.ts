/** What an application can choose, and what it gets if it does not. */
import { surroundings } from './environment.ts';
import type { Auth } from './connection/token.ts';
import type { Dial, Transport, TransportName } from './connection/transport.ts';
import type { WebSocketClass } from './connection/websocket.ts';
import type { User } from './model/room.ts';
import type { OutboxStorage } from './outbox/storage.ts';
import type { FlushMode } from './store/store.ts';

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
  /** What to connect by; the second is for networks in which the first never comes about. */
  readonly transports?: readonly TransportName[];
  /** The transport `sse`, built in instead of fetched when it is needed: what `sseTransport()` gives. */
  readonly sse?: Transport;
  /** One connection for all tabs: what `sharedTabs()` gives. */
  readonly shareTabs?: false | ((dial: Dial) => Dial);
  /** Where unsent messages are kept: in memory, or in what `indexedDbOutbox()` gives. */
  readonly outbox?: 'memory' | OutboxStorage;
  /** When changes become visible: once per animation frame, every so many milliseconds, or at once. */
  readonly flush?: FlushMode;
  /** What the user calls this device. */
  readonly device?: string;
  /** A WebSocket class, where there is no global one. */
  readonly WebSocket?: WebSocketClass;
  readonly fetch?: typeof globalThis.fetch;
  readonly now?: () => number;
  readonly random?: () => number;
  /** Told what happens to the connection, and where it stands then; for those who look for a fault. */
  readonly logger?: (event: string, connection: object) => void;
}

/** The address of the server, without a slash at the end. */
export function serverUrl(url: string): string {
  return new URL(url || '/', surroundings.location?.href).href.replace(/\/+$/, '');
}
