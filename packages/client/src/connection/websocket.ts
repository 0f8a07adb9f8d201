/** The transport over a WebSocket. */
import { SUBPROTOCOL } from '../wire/frames.ts';
import type { Channel, ChannelEvents, Transport } from './transport.ts';

/** A WebSocket class: the global one, or that of a package such as `ws`. */
export type WebSocketClass = new (url: string, protocols: string) => WebSocketLike;

/** What is used of a WebSocket. */
export interface WebSocketLike {
  onopen: ((event: never) => unknown) | null;
  onmessage: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

/** Carries frames over WebSockets of this class. */
export function webSocketTransport(given?: WebSocketClass): Transport {
  return (url, events) => {
    const Socket = given ?? globalThis.WebSocket;
    return channel(new Socket(url, SUBPROTOCOL), events);
  };
}

function channel(socket: WebSocketLike, events: ChannelEvents): Channel {
  socket.onopen = () => events.opened();
  socket.onmessage = ({ data }: { data: unknown }) => {
    if (typeof data === 'string') events.received(data);
  };
  socket.onclose = ({ code, reason }: { code: number; reason: string }) => events.closed(code, reason);
  // Always followed by `close`, which says more.
  socket.onerror = () => undefined;
  return {
    send: (text) => socket.send(text),
    close: (code, reason) => {
      socket.onopen = socket.onmessage = socket.onclose = null;
      try {
        socket.close(code, reason);
      } catch {
        // A socket that refuses to close has nothing left to close.
      }
    },
  };
}
