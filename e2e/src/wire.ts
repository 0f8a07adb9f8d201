// A raw client of the wire: no retries, no folding, nothing that could hide a fault. It keeps every frame it got.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import WebSocket from 'ws';

/** A frame as it came; tests look at what they need. */
export interface Frame {
  readonly type: string;
  readonly ref?: number;
  readonly room?: string;
  readonly seq?: number;
  readonly [field: string]: unknown;
}

/** A guest's token and name. */
export interface Guest {
  readonly token: string;
  readonly user: { readonly id: string; readonly name: string };
}

/** Signs in with a name. */
export async function guest(url: string, name: string): Promise<Guest> {
  const answer = await fetch(`${url}/v1/guests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  if (!answer.ok) throw new Error(`no guest: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Guest;
}

/** Asks over REST as this guest. */
export async function rest<T>(url: string, who: Guest, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${url}/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${who.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** The whole log of a room, page by page. */
export async function wholeLog(url: string, who: Guest, room: string): Promise<Frame[]> {
  const entries: Frame[] = [];
  for (let after = 0; ;) {
    const page = await rest<{ entries: Frame[]; more: boolean }>(
      url,
      who,
      `/rooms/${room}/entries?after=${after}&limit=200`,
    );
    entries.push(...page.entries);
    if (!page.more) return entries;
    after = page.entries.at(-1)?.seq ?? after;
  }
}

/** One connection. */
export class Wire {
  readonly frames: Frame[] = [];
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (frame: Frame | undefined) => void>();
  #ref = 0;
  #listener: (frame: Frame) => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      for (const line of data.toString().split('\n').filter(Boolean)) this.#hear(JSON.parse(line) as Frame);
    });
    socket.on('close', () => {
      for (const resolve of this.#waiting.values()) resolve(undefined);
      this.#waiting.clear();
    });
  }

  /** Connects and signs in. */
  static async open(url: string, who: Guest): Promise<Wire> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/ws`, 'antiphon.v1');
    const wire = new Wire(socket);
    await once(socket, 'open');
    const answer = await wire.ask({ type: 'authenticate', token: who.token });
    if (answer?.type !== 'authenticated') throw new Error(`not signed in: ${JSON.stringify(answer)}`);
    return wire;
  }

  /** Sends a request; the answer, or nothing if the connection ended before it came. */
  ask(request: { readonly type: string; readonly [field: string]: unknown }): Promise<Frame | undefined> {
    const ref = ++this.#ref;
    const answered = new Promise<Frame | undefined>((resolve) => this.#waiting.set(ref, resolve));
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.resolve(undefined);
    this.#socket.send(JSON.stringify({ ...request, ref }));
    return answered;
  }

  /** Says something; the same id says the same thing again. */
  say(room: string, text: string, id: string = randomUUID()): Promise<Frame | undefined> {
    return this.ask({ type: 'send_message', room, id, text });
  }

  /** Calls back for every frame from now on. */
  onFrame(listener: (frame: Frame) => void): void {
    this.#listener = listener;
  }

  /** Stops reading: the kernel's buffers fill, and the server cannot write any more. */
  stopReading(): void {
    this.#tcp.pause();
  }

  /** Reads on. */
  readOn(): void {
    this.#tcp.resume();
  }

  get closed(): boolean {
    return this.#socket.readyState === WebSocket.CLOSED;
  }

  close(): void {
    this.#socket.terminate();
  }

  /** The TCP socket, which `ws` keeps to itself. */
  get #tcp(): Socket {
    return (this.#socket as unknown as { _socket: Socket })._socket;
  }

  #hear(frame: Frame): void {
    this.frames.push(frame);
    if (frame.type === 'ping') this.#socket.send('{"type":"pong"}');
    if (frame.ref !== undefined) {
      this.#waiting.get(frame.ref)?.(frame);
      this.#waiting.delete(frame.ref);
    }
    this.#listener(frame);
  }
}
