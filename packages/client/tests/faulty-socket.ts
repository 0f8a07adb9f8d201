/** A real WebSocket that loses, changes or breaks off what a test tells it to: faults that no proxy can aim at a frame. */
import { WebSocket as NodeWebSocket } from 'ws';
import type { WebSocketClass, WebSocketLike } from '../src/index.ts';

/** A frame in either direction. */
export type Frame = Record<string, unknown> & { readonly type: string };

/** What becomes of a frame: itself, another one, nothing; or it is the last that this socket has seen. */
export type Fate = Frame | 'lost' | 'break';

/** What befalls the frames of a socket. */
export interface Faults {
  hear?: ((frame: Frame) => Fate) | undefined;
  say?: ((frame: Frame) => Fate) | undefined;
}

/** A class of sockets with these faults; they may change while sockets are open. */
export function faulty(faults: Faults): WebSocketClass {
  return class implements WebSocketLike {
    onopen: WebSocketLike['onopen'] = null;
    onmessage: WebSocketLike['onmessage'] = null;
    onclose: WebSocketLike['onclose'] = null;
    onerror: WebSocketLike['onerror'] = null;
    readonly #socket: NodeWebSocket;

    constructor(url: string, protocols: string) {
      this.#socket = new NodeWebSocket(url, protocols);
      this.#socket.onopen = (event) => this.onopen?.(event as never);
      this.#socket.onclose = (event) => this.onclose?.(event as never);
      this.#socket.onerror = (event) => this.onerror?.(event as never);
      this.#socket.onmessage = ({ data }) => {
        const lines = (data as string).split('\n').filter(Boolean);
        const kept = lines.flatMap((line) => this.#suffer(line, faults.hear));
        if (kept.length > 0) this.onmessage?.({ data: kept.join('\n') } as never);
      };
    }

    send(text: string): void {
      for (const line of this.#suffer(text, faults.say)) this.#socket.send(line);
    }

    close(code?: number): void {
      this.#socket.close(code);
    }

    #suffer(line: string, fault: ((frame: Frame) => Fate) | undefined): string[] {
      if (this.#socket.readyState !== NodeWebSocket.OPEN) return [];
      const frame = JSON.parse(line) as Frame;
      const fate = fault?.(frame) ?? frame;
      if (fate === 'break') this.#socket.terminate();
      return typeof fate === 'string' ? [] : [fate === frame ? line : JSON.stringify(fate)];
    }
  };
}

/** Does something to the first frame for which `is` holds, and nothing to all others. */
export function once(
  is: (frame: Frame) => boolean,
  fate: Fate | ((frame: Frame) => Fate),
): (frame: Frame) => Fate {
  let done = false;
  return (frame) => {
    if (done || !is(frame)) return frame;
    done = true;
    return typeof fate === 'function' ? fate(frame) : fate;
  };
}
