// A TCP proxy on the loopback that breaks connections on purpose: cut, reset, hold, slice, delay, no WebSockets.
import { EventEmitter, once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { between, random, type Random } from './random.ts';
import { asksForUpgrade, type Blockade, turnAway } from './upgrades.ts';

/** `up` is from the client to the server, `down` is from the server to the client. */
export type Direction = 'up' | 'down';

/** From `least` to `most`, chosen anew each time. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/** What befalls the bytes of one direction. */
interface Fault {
  held: boolean;
  slice: Range | undefined;
  delayMs: Range | undefined;
  /** How many more bytes pass before the connection is reset. */
  resetAfter: number | undefined;
}

/** A client's connection to the proxy and the one that the proxy made for it. */
interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** The proxy has ended it; what its sockets say from then on is no news. */
  over: boolean;
}

const HOST = '127.0.0.1';
const NO_FAULT: Fault = { held: false, slice: undefined, delayMs: undefined, resetAfter: undefined };

/** Stands between clients and one server; without faults it only passes bytes on. */
export class FaultProxy implements AsyncDisposable {
  readonly port: number;
  /** How many connections clients have opened so far, refused ones included. */
  accepted = 0;
  /** How many connections `resetAfter` has torn so far. */
  torn = 0;
  readonly #listener: Server;
  readonly #random: Random;
  readonly #pairs = new Set<Pair>();
  readonly #faults: Record<Direction, Fault> = { up: { ...NO_FAULT }, down: { ...NO_FAULT } };
  #target: number;
  #refusing = false;
  #blockade: Blockade | undefined;
  /** How many connections wanted to become a WebSocket and did not. */
  blocked = 0;
  /** Says `change` whenever a fault changes or a connection ends: held bytes look again. */
  readonly #news = new EventEmitter<{ change: [] }>().setMaxListeners(0);

  private constructor(listener: Server, target: number, seed: number) {
    this.#listener = listener;
    this.#target = target;
    this.#random = random(seed);
    this.port = (listener.address() as AddressInfo).port;
    listener.on('connection', (client) => {
      this.#accept(client);
    });
  }

  /** Listens on a free port and passes everything on to `target`, a port of this machine. */
  static async start(target: number, seed = 1): Promise<FaultProxy> {
    const listener = createServer({ allowHalfOpen: true, noDelay: true });
    listener.listen(0, HOST);
    await once(listener, 'listening');
    return new FaultProxy(listener, target, seed);
  }

  /** Where clients connect to; the path of a URL may be appended. */
  get origin(): string {
    return `http://${HOST}:${this.port}`;
  }

  /** How many connections are open. */
  get open(): number {
    return this.#pairs.size;
  }

  /** Later connections go to another port, such as that of a restarted server. */
  retarget(port: number): void {
    this.#target = port;
  }

  /** Ends all connections in an orderly way, as a load balancer does; bytes on their way may still arrive. */
  cut(): void {
    for (const pair of this.#pairs) {
      pair.over = true;
      pair.client.destroySoon();
      pair.server.destroySoon();
    }
  }

  /** Ends all connections with an RST, as a crashed machine does. */
  reset(): void {
    for (const pair of this.#pairs) resetPair(pair);
  }

  /** Resets the connection that passes `bytes` more in this direction, in the middle of a frame if it falls there; once. */
  resetAfter(direction: Direction, bytes: number): void {
    this.#change(direction, { resetAfter: bytes });
  }

  /** New connections are reset at once; open ones go on. */
  refuse(refusing = true): void {
    this.#refusing = refusing;
  }

  /** New connections become no WebSockets; everything else goes on. */
  blockWebSockets(blockade: Blockade): void {
    this.#blockade = blockade;
  }

  /** Bytes stop, sockets stay open: a half-open connection. Without a direction: both. */
  hold(direction?: Direction): void {
    for (const each of directions(direction)) this.#change(each, { held: true });
  }

  /** Bytes that were held go on, in order. */
  release(direction?: Direction): void {
    for (const each of directions(direction)) this.#change(each, { held: false });
  }

  /** Bytes arrive in pieces of this many, each written on its own. */
  slice(bytes: Range, direction?: Direction): void {
    for (const each of directions(direction)) this.#change(each, { slice: bytes });
  }

  /** Each piece waits this long; pieces keep their order. */
  delay(milliseconds: Range, direction?: Direction): void {
    for (const each of directions(direction)) this.#change(each, { delayMs: milliseconds });
  }

  /** No faults any more. */
  heal(): void {
    this.#refusing = false;
    this.#blockade = undefined;
    for (const each of directions()) this.#change(each, NO_FAULT);
  }

  /** Resets what is open and stops listening. */
  async stop(): Promise<void> {
    this.#refusing = true;
    this.reset();
    if (!this.#listener.listening) return;
    this.#listener.close();
    await once(this.#listener, 'close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #change(direction: Direction, change: Partial<Fault>): void {
    Object.assign(this.#faults[direction], change);
    this.#news.emit('change');
  }

  #accept(client: Socket): void {
    this.accepted += 1;
    if (this.#refusing) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port: this.#target, host: HOST, allowHalfOpen: true, noDelay: true });
    const pair = { client, server, over: false };
    this.#pairs.add(pair);
    for (const socket of [client, server]) {
      // What goes wrong on one side is for the other side to see.
      socket.on('error', () => {
        resetPair(pair);
      });
      socket.on('close', () => {
        this.#pairs.delete(pair);
        this.#news.emit('change');
      });
    }
    void this.#pass('up', pair, client, server);
    void this.#pass('down', pair, server, client);
  }

  /** Passes bytes on until they end; what is not passed on is not read, so that the sender feels it. */
  async #pass(direction: Direction, pair: Pair, from: Socket, to: Socket): Promise<void> {
    try {
      await pipeline(this.#suffer(direction, pair, from), to);
    } catch {
      resetPair(pair);
    }
  }

  /** The same bytes, in the pieces and at the times that the faults of the moment allow. */
  async *#suffer(direction: Direction, pair: Pair, from: Socket): AsyncGenerator<Buffer> {
    const fault = this.#faults[direction];
    let begun = direction === 'down';
    // Its end is the end of one direction: the other may go on.
    for await (const chunk of from.iterator({ destroyOnReturn: false })) {
      let rest = chunk as Buffer;
      if (!begun && this.#blockade && asksForUpgrade(rest)) {
        this.blocked += 1;
        turnAway(pair.client, this.#blockade);
        while (!pair.client.destroyed) await once(this.#news, 'change');
        return;
      }
      begun = true;
      while (rest.length > 0) {
        if (fault.delayMs) await sleep(this.#choose(fault.delayMs));
        while (fault.held && !pair.client.destroyed && !pair.server.destroyed)
          await once(this.#news, 'change');
        const size = Math.min(
          fault.slice ? this.#choose(fault.slice) : rest.length,
          fault.resetAfter ?? rest.length,
        );
        yield rest.subarray(0, size);
        rest = rest.subarray(size);
        this.#count(fault, pair, size);
      }
    }
  }

  /** Resets the connection on which the last byte that may pass has passed. */
  #count(fault: Fault, pair: Pair, passed: number): void {
    if (fault.resetAfter === undefined) return;
    fault.resetAfter -= passed;
    if (fault.resetAfter > 0) return;
    fault.resetAfter = undefined;
    this.torn += 1;
    resetPair(pair);
  }

  #choose(range: Range): number {
    return between(this.#random, range.least, range.most);
  }
}

function directions(only?: Direction): Direction[] {
  return only ? [only] : ['up', 'down'];
}

function resetPair(pair: Pair): void {
  if (pair.over) return;
  pair.over = true;
  for (const socket of [pair.client, pair.server]) socket.resetAndDestroy();
}
