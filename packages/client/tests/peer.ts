/** A small server of the wire for tests: one log per room in memory, with cuts and silences on demand. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Wire } from '../src/wire/words.ts';

type Json = Record<string, unknown>;

/** What a message is before the log gives it a place. */
export interface Said {
  id: string;
  sender: string;
  text?: string;
  status?: Wire.MessageStatus;
}

interface Stream {
  message_id: string;
  part: number;
  generation: number;
  text: string;
  value: Wire.Part;
}

const AT = '2026-11-20T14:02:07.042Z';
const bytes = (text: string) => new TextEncoder().encode(text);
const bytesBetween = (text: string, from: number) => new TextDecoder().decode(bytes(text).subarray(from));

/** One connection as the peer sees it. */
export class Guest {
  readonly socket: WebSocket;
  readonly rooms = new Set<string>();
  user = '';

  constructor(socket: WebSocket) {
    this.socket = socket;
  }

  send(...frames: Json[]): void {
    this.socket.send(frames.map((frame) => JSON.stringify(frame)).join('\n'));
  }
}

export class Peer {
  readonly #http: Server = createServer();
  readonly #sockets = new WebSocketServer({ server: this.#http });
  readonly #logs = new Map<string, Wire.Entry[]>();
  readonly streams = new Map<string, Stream[]>();
  readonly guests = new Set<Guest>();
  /** Every frame that clients sent. */
  readonly heard: Json[] = [];
  /** Sees a frame first; true if it answered. */
  intercept: ((guest: Guest, frame: Json) => boolean) | undefined;
  /** What a join says beside the usual. */
  extra: Json = {};
  epoch = 'epoch-1';
  connections = 0;
  refuseTokens = new Set<string>();

  static async start(): Promise<Peer> {
    const peer = new Peer();
    peer.#sockets.on('connection', (socket) => peer.#welcome(socket));
    await new Promise<void>((resolve) => peer.#http.listen(0, '127.0.0.1', resolve));
    return peer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const guest of this.guests) guest.socket.terminate();
    this.#sockets.close();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  /** Cuts every connection without a word. */
  cut(): void {
    for (const guest of this.guests) guest.socket.terminate();
  }

  log(room: string): Wire.Entry[] {
    const log = this.#logs.get(room) ?? [];
    this.#logs.set(room, log);
    return log;
  }

  message(room: string, id: string): Wire.Message | undefined {
    return this.log(room).find((entry) => entry.type === 'message' && entry.message.id === id)?.[
      'message' as never
    ];
  }

  /** Says something and tells everyone. */
  say(room: string, { id, sender, text, status = 'complete' }: Said): Wire.Message {
    const seq = this.log(room).length + 1;
    const message: Wire.Message = {
      id,
      room,
      sender,
      seq,
      ordinal: seq,
      rev: seq,
      at: AT,
      status,
      parts: text === undefined ? [] : [{ type: 'text', text }],
    };
    this.append(room, { type: 'message', message, by: sender });
    return message;
  }

  /** Writes an entry and tells everyone. */
  append(room: string, body: Json & { by?: string }): Wire.Entry {
    const entry = {
      by: 'system',
      ...body,
      room,
      seq: this.log(room).length + 1,
      at: AT,
    } as unknown as Wire.Entry;
    this.log(room).push(entry);
    this.tell(room, entry as unknown as Json);
    return entry;
  }

  tell(room: string, ...frames: Json[]): void {
    for (const guest of this.guests) if (guest.rooms.has(room)) guest.send(...frames);
  }

  /** Opens a part of a streaming message. */
  open(
    room: string,
    message_id: string,
    part = 0,
    generation = 0,
    value: Wire.Part = { type: 'text', text: '' },
  ): void {
    const rest = (this.streams.get(room) ?? []).filter(
      (open) => open.message_id !== message_id || open.part !== part,
    );
    this.streams.set(room, [...rest, { message_id, part, generation, text: '', value }]);
    this.tell(room, { type: 'part', room, message_id, part, generation, value });
  }

  /** Grows a stream; `lose` keeps it from those who listen. */
  grow(room: string, message_id: string, text: string, { part = 0, lose = false } = {}): void {
    const open = this.streams
      .get(room)
      ?.find((stream) => stream.message_id === message_id && stream.part === part);
    if (!open) throw new Error('no such stream');
    const at = bytes(open.text).length;
    open.text += text;
    const { generation } = open;
    if (!lose)
      this.tell(room, {
        type: 'append',
        room,
        message_id,
        part,
        generation,
        at,
        end: bytes(open.text).length,
        text,
      });
  }

  #welcome(socket: WebSocket): void {
    const guest = new Guest(socket);
    this.connections += 1;
    this.guests.add(guest);
    socket.on('close', () => this.guests.delete(guest));
    socket.on('message', (data: Buffer) => {
      for (const line of data.toString().split('\n')) {
        const frame = JSON.parse(line) as Json;
        this.heard.push(frame);
        if (this.intercept?.(guest, frame) !== true) this.#answer(guest, frame);
      }
    });
  }

  #answer(guest: Guest, frame: Json): void {
    const { ref } = frame;
    const room = frame['room'] as string;
    switch (frame['type']) {
      case 'authenticate':
        return this.#authenticate(guest, frame);
      case 'join_room':
        guest.rooms.add(room);
        return guest.send(this.#joined(guest, frame));
      case 'leave_room':
        guest.rooms.delete(room);
        return guest.send({ type: 'ok', ref });
      case 'send_message':
        return this.#store(guest, frame);
      case 'history':
        return this.#history(guest, frame);
      case 'get_message':
        return guest.send({ type: 'ok', ref, message: this.message(room, frame['message_id'] as string) });
      case 'list_rooms':
        return guest.send({ type: 'ok', ref, rooms: [], more: false });
      case 'pong':
        return;
      default:
        guest.send({
          type: 'ok',
          ref,
          accepted: true,
          seq: 0,
          members: [],
          bots: [],
          messages: [],
          more: false,
        });
    }
  }

  #authenticate(guest: Guest, { ref, token }: Json): void {
    if (this.refuseTokens.has(token as string)) {
      guest.send({ type: 'error', ref, code: 'token_refused', message: 'no', retryable: false });
      return guest.socket.close(4500, 'the token was refused');
    }
    guest.user = token as string;
    guest.send({
      type: 'authenticated',
      ref,
      connection_id: 'c',
      ping_interval_ms: 25_000,
      limits: {},
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      user: { id: guest.user, kind: 'person', name: guest.user },
    });
  }

  #joined(guest: Guest, frame: Json): Json {
    const room = frame['room'] as string;
    const cursor = frame['cursor'] as Wire.Cursor | undefined;
    const held = (frame['streams'] ?? []) as Wire.StreamPosition[];
    const log = this.log(room);
    const mode = cursor === undefined ? 'fresh' : cursor.epoch === this.epoch ? 'resumed' : 'reset';
    const entries =
      mode === 'resumed'
        ? log.slice(cursor?.seq)
        : log.slice(-((frame['limit'] as number | undefined) ?? 50));
    const member = { user: guest.user, kind: 'person', name: guest.user, role: 'member', joined_at: AT };
    return {
      type: 'joined',
      ref: frame['ref'],
      room,
      mode,
      entries: entries.map((entry) => this.#whole(entry)),
      more: false,
      epoch: this.epoch,
      head: log.length,
      info: {
        id: room,
        kind: 'group',
        visibility: 'public',
        name: room,
        created_by: 'system',
        created_at: AT,
      },
      members: [member],
      member_count: 1,
      me: member,
      read: 0,
      ordinal: log.length,
      bots: [],
      signals: { typing: [], presence: [] },
      streams: (this.streams.get(room) ?? []).map((open) => restore(open, mode === 'resumed' ? held : [])),
      ...this.extra,
    };
  }

  /** Read from the log, a completion carries the whole message. */
  #whole(entry: Wire.Entry): Wire.Entry {
    if (entry.type !== 'message_completed') return entry;
    const message = this.message(entry.room, entry.message_id);
    return message ? { ...entry, message } : entry;
  }

  #store(guest: Guest, frame: Json): void {
    const room = frame['room'] as string;
    const id = frame['id'] as string;
    const before = this.message(room, id);
    const parts = frame['parts'] as Wire.Part[] | undefined;
    const message =
      before ??
      this.say(room, {
        id,
        sender: guest.user,
        text: (frame['text'] as string | undefined) ?? JSON.stringify(parts),
      });
    const { seq, ordinal } = message;
    guest.send({
      type: 'ok',
      ref: frame['ref'],
      seq,
      ordinal,
      message,
      ...(before ? { duplicate: true } : {}),
    });
  }

  #history(guest: Guest, frame: Json): void {
    const before = (frame['before'] as number) - 1;
    const from = Math.max(0, before - ((frame['limit'] as number | undefined) ?? 50));
    const entries = this.log(frame['room'] as string).slice(from, before);
    guest.send({ type: 'ok', ref: frame['ref'], entries, more: from > 0 });
  }
}

function restore(open: Stream, positions: Wire.StreamPosition[]): Wire.OpenStream {
  const { message_id, part, generation, text, value } = open;
  const held = positions.find((position) => position.message_id === message_id && position.part === part);
  const end = bytes(text).length;
  if (held?.generation !== generation)
    return { message_id, part, generation, at: 0, end, text, replace: held !== undefined, value };
  return { message_id, part, generation, at: held.at, end, text: bytesBetween(text, held.at), value };
}
