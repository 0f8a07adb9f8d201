/** The real server on a stage: people with the SDK, bots that do what a test says, and a line that can break. */
import { connectBot, type Bot, type Handler } from '@antiphon/bot';
import { FaultProxy } from '@antiphon/e2e/proxy';
import { Server } from '@antiphon/e2e/server';
import { type Frame, type Guest, wholeLog } from '@antiphon/e2e/wire';
import { expect, vi } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import { type BotSpec, registerBot } from '../src/bots.ts';
import {
  type ChatClient,
  type ChatClientOptions,
  createChatClient,
  type Room,
  signInGuest,
  textOf,
} from '../src/index.ts';
import { createRoom, type NewRoom } from '../src/rooms.ts';

/** Tests say things as fast as they can, from one address. */
const UNLIMITED = {
  ANTIPHON_LIMITS__REQUESTS_PER_SECOND: '100000',
  ANTIPHON_LIMITS__CONNECTIONS_PER_USER: '1000',
};
/** Nothing waits this long unless it is broken, or the machine is busy with others. */
const PATIENCE_MS = 30_000;

/** Waits for a fact. */
export function until(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: PATIENCE_MS, interval: 10 });
}

/** What messages say, the oldest first. */
export function texts(room: Pick<Room, 'messages'>): string[] {
  return room.messages.map(textOf);
}

/** Someone on the stage: a client of the SDK, and the token by which it came in. */
export interface Person {
  readonly chat: ChatClient;
  readonly who: Guest;
}

/** A server, and all who came to it. */
export class Stage implements AsyncDisposable {
  readonly server: Server;
  /** What stands between the server and people. */
  readonly proxy: FaultProxy;
  readonly #chats: ChatClient[] = [];
  readonly #bots: Bot[] = [];
  /** Tokens of bots by their ids: each is told once. */
  readonly #tokens = new Map<string, string>();
  #rooms = 0;

  private constructor(server: Server, proxy: FaultProxy) {
    this.server = server;
    this.proxy = proxy;
  }

  static async open(env: Record<string, string> = {}): Promise<Stage> {
    const server = await Server.start({ env: { ...UNLIMITED, ...env } });
    return new Stage(server, await FaultProxy.start(server.port));
  }

  /** A guest, and a client that is not connected yet. */
  async guest(name: string, options: Partial<ChatClientOptions> = {}): Promise<Person> {
    const { token, user } = await signInGuest(name, { url: this.server.url });
    return { chat: this.client({ auth: token, ...options }), who: { token, user } };
  }

  /** A guest who is connected. */
  async person(name: string, options: Partial<ChatClientOptions> = {}): Promise<Person> {
    const person = await this.guest(name, options);
    await person.chat.connect();
    return person;
  }

  /** A client that reaches the server through the proxy. */
  client(options: Pick<ChatClientOptions, 'auth'> & Partial<ChatClientOptions>): ChatClient {
    const chat = createChatClient({
      url: this.proxy.origin,
      flush: 'sync',
      reconnect: { minMs: 5, maxMs: 100 },
      WebSocket: NodeWebSocket,
      ...options,
    });
    this.#chats.push(chat);
    return chat;
  }

  /** A public room that nobody else uses; whoever makes it is its owner. */
  async room(owner: Person, more: NewRoom = {}): Promise<string> {
    this.#rooms += 1;
    const { id } = await createRoom(owner.chat, {
      name: `Stage ${this.#rooms}`,
      visibility: 'public',
      ...more,
    });
    return id;
  }

  /** A bot of this owner, at work in this room; the same `id` is the same bot again. */
  async bot(owner: Person, room: string, handler: Handler, spec: Partial<BotSpec> = {}): Promise<Bot> {
    const id = spec.id ?? `bot-${this.#bots.length + 1}`;
    const whole = { id, connector: { type: 'bot_socket' as const }, rooms: [room], ...spec };
    const token = this.#tokens.get(id) ?? (await registerBot(owner.chat, whole)).token ?? '';
    this.#tokens.set(id, token);
    const bot = connectBot({ url: this.server.url, token, WebSocket: NodeWebSocket }).onRun(handler);
    bot.closed.catch(() => undefined);
    this.#bots.push(bot);
    await until(() => expect(bot.state).toBe('serving'));
    return bot;
  }

  /** The log of a room, as the server has it. */
  log(person: Person, room: string): Promise<Frame[]> {
    return wholeLog(this.server.url, person.who, room);
  }

  /** One of the server's meters; 0 before anything was counted. */
  async meter(name: string): Promise<number> {
    const page = await (await fetch(`${this.server.url}/metrics`)).text();
    const line = page.split('\n').find((each) => each.startsWith(`${name} `));
    return Number(line?.slice(name.length) ?? 0);
  }

  /** How often something was asked for over sockets. */
  asked(request: string): Promise<number> {
    return this.meter(`antiphon_requests_total{door="ws",request="${request}"}`);
  }

  /** Cuts all connections of people; with `refuse`, until `proxy.heal()`. */
  cut({ refuse = false } = {}): void {
    this.proxy.refuse(refuse);
    this.proxy.reset();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#chats.map((chat) => chat.disconnect()));
    await Promise.all(this.#bots.map((bot) => bot.close({ drainMs: 0 })));
    await this.proxy[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

/** Joins a room and waits until that is done. */
export async function enter({ chat }: Person, id: string, options = {}): Promise<Room> {
  const room = chat.joinRoom(id, options);
  await room.ready;
  return room;
}
