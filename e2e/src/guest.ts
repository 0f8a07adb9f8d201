// A person without a browser: signs in by name and asks over REST, as any program may.
import { randomBytes } from 'node:crypto';

/** An entry of a room's log, as far as tests look at it. */
export interface Entry {
  readonly type: string;
  readonly seq: number;
  readonly message?: { readonly id: string; readonly parts: readonly { readonly text?: string }[] };
}

/** The answer to a message that was sent: it is committed. */
export interface Sent {
  readonly seq: number;
  readonly duplicate?: boolean;
}

/** A page is this long at most; tests write fewer. */
const PAGE = 200;

/** One guest of one server; it stays who it is when the server is started again. */
export class Guest {
  readonly #url: string;
  readonly #token: string;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  static async signIn(url: string, name: string): Promise<Guest> {
    const { token } = await ask<{ token: string }>(`${url}/v1/guests`, 'POST', { name });
    return new Guest(url, token);
  }

  /** Makes a room of which this guest is the owner. */
  async createRoom(room: string): Promise<void> {
    await this.#ask('/v1/rooms', 'POST', { id: room, name: room });
  }

  async join(room: string): Promise<void> {
    await this.#ask(`/v1/rooms/${room}/join`, 'POST', {});
  }

  /** Sends a message and waits until it is committed; the same id is the same message. */
  async send(room: string, text: string, id = mintId()): Promise<Sent> {
    return this.#ask<Sent>(`/v1/rooms/${room}/messages`, 'POST', { id, text });
  }

  /** The room's log after a position. */
  async entries(room: string, after = 0): Promise<readonly Entry[]> {
    const query = `after=${after}&limit=${PAGE}`;
    return (await this.#ask<{ entries: Entry[] }>(`/v1/rooms/${room}/entries?${query}`, 'GET')).entries;
  }

  #ask<Answer>(path: string, method: string, body?: unknown): Promise<Answer> {
    return ask<Answer>(this.#url + path, method, body, this.#token);
  }
}

/** A UUIDv7: the time, then chance. */
export function mintId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  const chance = randomBytes(10);
  chance[0] = (chance[0]! & 0x0f) | 0x70;
  chance[2] = (chance[2]! & 0x3f) | 0x80;
  const digits = time + chance.toString('hex');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

async function ask<Answer>(url: string, method: string, body?: unknown, token?: string): Promise<Answer> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  const response = await fetch(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}
