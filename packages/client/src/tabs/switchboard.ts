/**
 * Several tabs on one line to the server: whose request an answer belongs to, and which tab hears what. To each of them
 * it looks as if the line were its own.
 */
import type { Answer, ServerFrame } from '../wire/frames.ts';
import type { Wire } from '../wire/words.ts';
import { catchUp, Holders } from './holders.ts';

/** A tab, seen from the switchboard. */
export interface Port {
  /** Objects of the wire, one per line. */
  deliver(data: string): void;
}

/** What tabs ask: requests, and what keeps the line itself going. */
export type Asked = { readonly type: string; readonly ref?: number; readonly token?: string } & Record<
  string,
  unknown
>;

interface Open {
  readonly port: Port;
  readonly asked: Asked;
}

type Session = Extract<Answer, { type: 'authenticated' }>;
type Joined = Extract<Answer, { type: 'joined' }>;
/** A frame, or what somebody added to one. */
type Told =
  | ServerFrame
  | (Omit<Session, 'ref'> & { readonly token: string | undefined; readonly ref: number | undefined });

/** Requests that wait for an answer; a server answers each, so that more means that nobody will. */
const MOST_OPEN = 10_000;
/** The close code of a token that was refused, which says nothing about those of other tabs. */
export const TOKEN_REFUSED = 4500;

/** Tabs on one line. */
export class Switchboard {
  readonly #send: (frame: object) => void;
  readonly #ports = new Set<Port>();
  readonly #open = new Map<number, Open>();
  /** Tabs that wait to be signed in, each with the number under which it asked. */
  readonly #waiting = new Map<Port, number | undefined>();
  readonly #holders = new Holders();
  #outbox = new Map<Port, string[]>();
  #last = 0;
  #session: Session | undefined;
  /** The token that the server has accepted last. */
  #token: string | undefined;
  /** Whose token the server has looked at last. */
  judged: Port | undefined;

  constructor(send: (frame: object) => void) {
    this.#send = send;
  }

  /** A tab asks something. */
  request(port: Port, asked: Asked): void {
    switch (asked.type) {
      // The line is kept alive here, for all.
      case 'pong':
        return;
      case 'authenticate':
        this.#greet(port, asked);
        break;
      case 'join_room': {
        const { room, receive } = asked as unknown as Wire.JoinRoom;
        this.#forward(port, { ...asked, receive: this.#holders.wish(room, port, receive) });
        break;
      }
      case 'leave_room': {
        const { room, forget } = asked as unknown as Wire.LeaveRoom;
        const held = this.#holders.leave(room, port);
        if (forget || !held) this.#forward(port, asked);
        else this.#tell(port, { type: 'ok', ...refOf(asked) });
        break;
      }
      default:
        this.#forward(port, asked);
    }
    this.#flush();
  }

  /** A tab is gone, and with it what only it held. */
  leave(port: Port): void {
    this.#ports.delete(port);
    this.#waiting.delete(port);
    for (const room of this.#holders.forget(port)) this.#send({ type: 'leave_room', room });
  }

  /** The server said something. */
  received(data: string): void {
    for (const line of data.split('\n')) if (line) this.#hear(line);
    this.#flush();
  }

  #hear(line: string): void {
    let frame: ServerFrame;
    try {
      frame = JSON.parse(line) as ServerFrame;
    } catch {
      // Each tab says in its own way that it does not understand.
      return this.#tellAll(line);
    }
    this.#route(frame, line);
  }

  /** The first token signs the line in; who comes later is signed in by it, and a new one renews it for all. */
  #greet(port: Port, asked: Asked): void {
    const first = !this.#ports.has(port);
    const alone = this.#ports.size === 0;
    this.#ports.add(port);
    if (this.#session && (first || asked.token === this.#token)) this.#welcome(port, asked.ref);
    else if (this.#session || alone) this.#forward(port, asked);
    else this.#waiting.set(port, asked.ref);
  }

  #forward(port: Port, asked: Asked): void {
    if (asked.type === 'authenticate') this.judged = port;
    if (asked.ref === undefined) return this.#send(asked);
    this.#last += 1;
    this.#open.set(this.#last, { port, asked });
    for (const [oldest] of this.#open) if (this.#open.size > MOST_OPEN) this.#open.delete(oldest);
    this.#send({ ...asked, ref: this.#last });
  }

  #route(frame: ServerFrame, line: string): void {
    if ('ref' in frame) return this.#answer(frame);
    if (frame.type === 'ping') this.#send({ type: 'pong' });
    const personal = frame.type === 'unread' || frame.type === 'room_left';
    const room = 'room' in frame && !personal ? frame.room : undefined;
    if (typeof room === 'string') this.#routeInRoom(room, frame, line);
    else if (frame.type !== 'bye' || frame.code !== TOKEN_REFUSED) this.#tellAll(line);
    // The tokens of the other tabs may be good ones.
    else if (this.judged) this.#put(this.judged, line);
  }

  #routeInRoom(room: string, frame: ServerFrame, line: string): void {
    for (const port of this.#ports) {
      if (this.#holders.hears(room, port, frame.type)) this.#put(port, line);
      // The server says to a line what is unread in rooms that it does not hold; this line holds it for another tab.
      else if (frame.type === 'message' && !this.#holders.has(room, port))
        this.#tell(port, { type: 'unread', room, ordinal: frame.message.ordinal });
    }
    if (frame.type === 'revoked') this.#holders.revoked(room);
  }

  #answer(frame: Answer): void {
    const open = this.#open.get(frame.ref ?? 0);
    this.#open.delete(frame.ref ?? 0);
    if (!open) return;
    const { port, asked } = open;
    const answer = { ...frame, ...refOf(asked) };
    if (asked.type === 'join_room')
      return this.#joined(port, answer, (asked as { room?: string }).room ?? '');
    if (frame.type === 'authenticated') return this.#signedIn(port, frame, asked);
    this.#tell(port, answer);
  }

  #joined(port: Port, answer: Answer, room: string): void {
    if (answer.type !== 'joined') {
      this.#holders.refused(room, port);
      return this.#tell(port, answer);
    }
    this.#holders.joined(room, port);
    const streams = this.#holders.hears(room, port, 'append') ? answer.streams : [];
    this.#tell(port, { ...answer, streams });
    this.#share(port, answer);
  }

  /** The join began the line's subscription anew: what came between the old one and the new one is in its answer alone. */
  #share(port: Port, joined: Joined): void {
    for (const frame of catchUp(joined))
      for (const other of this.#ports)
        if (other !== port && this.#holders.hears(joined.room, other, frame.type)) this.#tell(other, frame);
  }

  #signedIn(asker: Port, session: Session, asked: Asked): void {
    this.#session = session;
    this.#token = asked.token;
    for (const port of this.#ports) this.#welcome(port, port === asker ? asked.ref : this.#waiting.get(port));
    this.#waiting.clear();
  }

  #welcome(port: Port, ref: number | undefined): void {
    // JSON leaves out what is undefined.
    if (this.#session) this.#tell(port, { ...this.#session, token: this.#token, ref });
  }

  #tellAll(line: string): void {
    for (const port of this.#ports) this.#put(port, line);
  }

  #tell(port: Port, frame: Told): void {
    this.#put(port, JSON.stringify(frame));
  }

  #put(port: Port, line: string): void {
    if (!this.#ports.has(port)) return;
    const lines = this.#outbox.get(port) ?? [];
    lines.push(line);
    this.#outbox.set(port, lines);
  }

  #flush(): void {
    const outbox = this.#outbox;
    this.#outbox = new Map();
    for (const [port, lines] of outbox) port.deliver(lines.join('\n'));
  }
}

/** The number under which it was asked, if there was one. */
function refOf({ ref }: Asked): { ref?: number } {
  return ref === undefined ? {} : { ref };
}
