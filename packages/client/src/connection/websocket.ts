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
    return new WebSocketChannel(new Socket(url, SUBPROTOCOL), events);
  };
}

class WebSocketChannel implements Channel {
  readonly #socket: WebSocketLike;

  constructor(socket: WebSocketLike, events: ChannelEvents) {
    this.#socket = socket;
    socket.onopen = () => events.opened();
    socket.onmessage = (event: { data: unknown }) => {
      if (typeof event.data === 'string') events.received(event.data);
    };
    socket.onclose = (event: { code: number; reason: string }) => events.closed(event.code, event.reason);
    // Always followed by `close`, which says more.
    socket.onerror = () => undefined;
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  close(code: number, reason: string): void {
    this.#socket.onopen = null;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    try {
      this.#socket.close(code, reason);
    } catch {
      // A socket that refuses to close has nothing left to close.
    }
  }
}
