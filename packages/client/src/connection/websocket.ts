/** The transport over a WebSocket. */
import { ignore } from '../environment.ts';
import { SUBPROTOCOL } from '../wire/frames.ts';
import type { Transport } from './transport.ts';

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
export function webSocketTransport(Given?: WebSocketClass): Transport {
  return (server, events) => {
    const socket: WebSocketLike = new (Given ?? globalThis.WebSocket)(
      `${server.replace(/^http/, 'ws')}/v1/ws`,
      SUBPROTOCOL,
    );
    socket.onopen = () => events.opened('websocket');
    socket.onmessage = ({ data }: { data: string }) => events.received(data);
    socket.onclose = ({ code, reason }: { code: number; reason: string }) => events.closed(code, reason);
    // Always followed by `close`, which says more.
    socket.onerror = ignore;
    return {
      send: (frame) => socket.send(JSON.stringify(frame)),
      close: (code) => socket.close(code),
    };
  };
}
