/** The WebSocket below: the runtime's own, one that was given, or that of the package `ws`. */
import { BotError } from './errors.ts';

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

/** What a socket reports. */
export interface SocketEvents {
  opened(): void;
  received(data: string): void;
  closed(code: number, reason: string): void;
}

/** An open or opening way to the server. */
export interface Socket {
  send(text: string): void;
  /** Ends it; nothing is reported afterwards. */
  close(): void;
}

const SUBPROTOCOL = 'antiphon.v1';
/** Named where no bundler looks: browsers have no need of it. */
const PACKAGE = 'ws';

/** Finds the class that there is. */
export async function findWebSocket(given?: WebSocketClass): Promise<WebSocketClass> {
  const found = given ?? (globalThis as { WebSocket?: WebSocketClass }).WebSocket;
  if (found !== undefined) return found;
  try {
    return ((await import(/* @vite-ignore */ PACKAGE)) as { default: WebSocketClass }).default;
  } catch (cause) {
    const advice = 'this runtime has no WebSocket: `npm install ws`, or pass a class as `WebSocket`';
    throw new BotError('protocol', advice, { cause });
  }
}

/** Opens a socket. */
export function openSocket(Class: WebSocketClass, url: string, events: SocketEvents): Socket {
  const socket = new Class(url, SUBPROTOCOL);
  socket.onopen = () => events.opened();
  socket.onmessage = ({ data }: { data: unknown }) => {
    if (typeof data === 'string') events.received(data);
  };
  socket.onclose = ({ code, reason }: { code: number; reason: string }) => events.closed(code, reason);
  // Always followed by `close`, which says more.
  socket.onerror = () => undefined;
  return {
    send: (words) => socket.send(words),
    close: () => {
      socket.onopen = socket.onmessage = socket.onclose = null;
      try {
        socket.close(1000);
      } catch {
        // A socket that refuses to close has nothing left to close.
      }
    },
  };
}

/** The address of the socket of a server: `http://host` and `ws://host/v1/ws` are both understood. */
export function socketUrl(url: string): string {
  const parsed = new URL(url);
  parsed.protocol = parsed.protocol.replace('http', 'ws');
  if (parsed.protocol !== 'ws:' && parsed.protocol !== 'wss:')
    throw new BotError('protocol', `not the address of a server: ${url}`);
  if (!parsed.pathname.endsWith('/v1/ws')) parsed.pathname = `${parsed.pathname.replace(/\/$/, '')}/v1/ws`;
  return parsed.href;
}
