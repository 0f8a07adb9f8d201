// Durable Streams that can be written to, for a suite that makes its own: what is written becomes the answer of a bot, and what is read
// is read from our server, as it stands.
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { randomUUID } from 'node:crypto';
import { guest, type Guest } from '@antiphon/e2e/wire';
import { antiphon, socketBot, tokenOf } from './antiphon.ts';
import { accepted, type Run } from './chat.ts';
import { RawBot, type Offer } from './raw-bot.ts';

const BOT = 'clerk';
/** Headers that are of one connection only. */
const OF_A_HOP = ['connection', 'content-encoding', 'content-length', 'keep-alive', 'transfer-encoding'];

/** Streams that are written to at a time: more than the suite makes. */
const MOST_OPEN = 1_000;
/** What goes into one frame. */
const PIECES = /[^]{1,16000}/gu;

/** An answer that is written piece by piece. */
interface Written {
  readonly url: string;
  readonly offer: Offer;
  /** How long it is, in bytes. */
  at: number;
  /** What is done next waits for what was asked for before. */
  turn: Promise<unknown>;
}

/** The server of the streams; `/v1/stream/{name}` is one. */
export class WritableStreams implements AsyncDisposable {
  readonly #http: HttpServer;
  readonly #streams = new Map<string, Written>();
  readonly #server: Awaited<ReturnType<typeof antiphon>>;
  readonly #who: Guest;
  readonly #bot: RawBot;

  private constructor(server: Awaited<ReturnType<typeof antiphon>>, who: Guest, bot: RawBot) {
    [this.#server, this.#who, this.#bot] = [server, who, bot];
    this.#http = createServer((request, response) => {
      this.#answer(request, response).catch((fault: unknown) => {
        response.writeHead(500).end(String(fault));
      });
    });
  }

  static async start(): Promise<WritableStreams> {
    const server = await antiphon([socketBot(BOT, { concurrency: MOST_OPEN, lease_ms: 600_000 })], {
      // Who waits in vain waits for a sign of life.
      settings: { timers: { ping_interval_ms: 1_000 }, limits: { requests_per_second: 100_000 } },
    });
    const bot = await RawBot.connect(server.url, tokenOf(BOT));
    const streams = new WritableStreams(server, await guest(server.url, 'Ada'), bot);
    streams.#http.listen(0, '127.0.0.1');
    await once(streams.#http, 'listening');
    return streams;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(request.url ?? '/', this.url);
    const stream = this.#streams.get(pathname);
    const body = await text(request);
    const isLast = request.headers['stream-closed'] === 'true';
    switch (request.method) {
      case 'PUT': {
        const made = stream ?? (await this.#make(pathname));
        if (stream === undefined) await this.#write(made, body, isLast);
        return this.#told(made, response, stream === undefined ? 201 : 200);
      }
      case 'POST':
        if (stream === undefined) return void response.writeHead(404).end();
        await this.#write(stream, body, isLast);
        return this.#told(stream, response, 204);
      default:
        return this.#read(`${stream?.url ?? this.#of('none', 'none')}${search}`, request, response);
    }
  }

  async #make(pathname: string): Promise<Written> {
    const asked = await fetch(`${this.#server.url}/v1/bots/${BOT}/chat`, {
      method: 'POST',
      headers: { ...this.#authorization, accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify({ id: randomUUID(), text: 'write', chat: pathname, wait_ms: 0 }),
    });
    const { room, run } = (await asked.json()) as { room: string; run: Run };
    const frame = await this.#bot.frame(
      'the run',
      (frame) => (frame['run'] as Run | undefined)?.run === run.run,
    );
    const offer = frame as unknown as Offer;
    await this.#bot.begin(offer, '');
    const made = { url: this.#of(room, run.run), offer, at: 0, turn: Promise.resolve() };
    this.#streams.set(pathname, made);
    return made;
  }

  async #write(stream: Written, words: string, isLast: boolean): Promise<void> {
    const turn = stream.turn.then(async () => {
      for (const piece of words.match(PIECES) ?? []) {
        const { at } = stream;
        stream.at += Buffer.byteLength(piece);
        accepted(await this.#bot.tell(stream.offer, 'append', { part: 0, generation: 1, at, text: piece }));
      }
      if (isLast) accepted(await this.#bot.tell(stream.offer, 'finish_run', { ending: 'completed' }));
    });
    stream.turn = turn.catch(() => undefined);
    await turn;
  }

  /** Answers a write with where the stream ends now. */
  async #told(stream: Written, response: ServerResponse, status: number): Promise<void> {
    const { headers } = await fetch(stream.url, { method: 'HEAD', headers: this.#authorization });
    const offset = headers.get('stream-next-offset') ?? '';
    response.writeHead(status, { 'content-type': 'text/plain', 'stream-next-offset': offset }).end();
  }

  async #read(url: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const given = new AbortController();
    response.on('close', () => {
      given.abort();
    });
    const held = request.headers['if-none-match'];
    const { status, headers, body } = await fetch(url, {
      method: request.method ?? 'GET',
      headers: { ...this.#authorization, ...(held === undefined ? {} : { 'if-none-match': held }) },
      signal: given.signal,
    });
    response.writeHead(status, Object.fromEntries([...headers].filter(([name]) => !OF_A_HOP.includes(name))));
    response.flushHeaders();
    if (body === null) return void response.end();
    const pieces = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
    pieces.on('error', () => response.destroy()).pipe(response);
  }

  get #authorization(): { authorization: string } {
    return { authorization: `Bearer ${this.#who.token}` };
  }

  #of(room: string, run: string): string {
    return `${this.#server.url}/v1/rooms/${room}/runs/${run}/stream`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.close();
    this.#http.closeAllConnections();
    this.#bot[Symbol.dispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}
