/** The connection, as an application sees it. */
import type { TransportName } from '../connection/transport.ts';
import type { ChatError } from '../errors.ts';

/** Where the connection stands. `failed` stays until `connect()` is called again; every other state heals by itself. */
export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'offline' | 'failed';

/** The connection; a new object only when something changed. Times are in milliseconds. */
export interface ConnectionStatus {
  readonly state: ConnectionState;
  readonly since: number;
  /** Failed attempts since the last connection that held. */
  readonly attempt: number;
  /** When the next attempt is due. */
  readonly retryAt?: number | undefined;
  readonly error?: ChatError | undefined;
  /** Round trip of the last probe. */
  readonly rttMs?: number | undefined;
  /** What carries it: `sse` where a WebSocket does not come about. */
  readonly transport?: TransportName | undefined;
}
