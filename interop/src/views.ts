// One room as clients of every kind see it, each behind a network that breaks: what they were told of the log, entry by entry,
// exactly as it came. Nothing is sorted or taken out here: what is doubled, missing or out of order shows.
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultProxy } from '@antiphon/e2e/proxy';
import { between, type Random } from '@antiphon/e2e/random';
import { Wire, type Frame, type Guest } from '@antiphon/e2e/wire';
import { Stock } from './stock.ts';

/** How soon a client comes back, and how often one that polls asks. */
const PAUSE_MS = 20;

/** Where a client is, and how it gets there. */
export interface Place {
  readonly proxy: FaultProxy;
  readonly room: string;
  readonly who: Guest;
}

/** What one client has seen. */
export abstract class View {
  readonly place: Place;
  /** Whether it hears the room. */
  entered = false;
  /** Position and kind of each entry, as they came. */
  readonly seen: string[] = [];
  protected seq = 0;
  protected epoch = '';
  #over = false;

  constructor(place: Place) {
    this.place = place;
  }

  /** Connects, and comes back after each cut, until it is over. */
  abstract live(): Promise<void>;

  /** The last entry that it was told of. */
  get head(): number {
    return this.seq;
  }

  end(): void {
    this.#over = true;
  }

  /** Waits until it is over, or something is not so any more. */
  protected async lasts(is: () => boolean): Promise<void> {
    while (!this.#over && is()) await sleep(PAUSE_MS);
  }

  protected get living(): boolean {
    return !this.#over;
  }

  protected take(frame: Frame): void {
    if (frame.type === 'joined' && typeof frame['epoch'] === 'string') this.epoch = frame['epoch'];
    if (frame.type === 'joined' || frame.type === 'entries') {
      this.entered = true;
      for (const entry of frame['entries'] as Frame[]) this.#see(entry);
    } else if (frame.seq !== undefined && frame.ref === undefined && frame.type !== 'caught_up')
      this.#see(frame);
  }

  #see({ seq = 0, type }: Frame): void {
    this.seen.push(`${seq} ${type}`);
    this.seq = seq;
  }
}

/** By the wire of the protocol, with nothing of ours in between. */
export class WebSocketView extends View {
  async live(): Promise<void> {
    while (this.living) {
      const { proxy, room, who } = this.place;
      const wire = await Wire.open(proxy.origin, who).catch(() => undefined);
      if (wire !== undefined) {
        wire.onFrame((frame) => {
          if (frame.room === room || frame.type === 'joined') this.take(frame);
        });
        const cursor = this.epoch === '' ? {} : { cursor: { epoch: this.epoch, seq: this.seq } };
        await wire.ask({ type: 'join_room', room, ...cursor });
        await this.lasts(() => !wire.closed);
        wire.close();
      }
      await sleep(PAUSE_MS);
    }
  }
}

/** By server-sent events. */
export class EventStreamView extends View {
  protected readonly path: string = `/rooms/${this.place.room}/events`;
  /** The id of the last event. */
  #last: string | undefined;

  async live(): Promise<void> {
    while (this.living) {
      await this.#read().catch(() => undefined);
      await sleep(PAUSE_MS);
    }
  }

  async #read(): Promise<void> {
    const { proxy, room, who } = this.place;
    const headers = {
      authorization: `Bearer ${who.token}`,
      ...(this.#last === undefined ? {} : { 'last-event-id': this.#last }),
    };
    const answer = await fetch(`${proxy.origin}/v1${this.path}`, { headers });
    let unread = '';
    for await (const piece of answer.body ?? []) {
      unread += Buffer.from(piece as Uint8Array).toString();
      const events = unread.split('\n\n');
      unread = events.pop() ?? '';
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1];
        const frame = data === undefined ? undefined : (JSON.parse(data) as Frame);
        if (frame?.room === room) this.take(frame);
        this.#last = /^id: (.*)$/m.exec(event)?.[1] ?? this.#last;
      }
      if (!this.living) return;
    }
  }
}

/** By the feed of all rooms, as server-sent events. */
export class AllRoomsView extends EventStreamView {
  protected override readonly path = '/events';
}

/** By the feed of all rooms, piece by piece. */
export class LongPollingView extends View {
  #cursor = '-';

  async live(): Promise<void> {
    const { proxy, room, who } = this.place;
    const headers = { authorization: `Bearer ${who.token}` };
    while (this.living) {
      const url = `${proxy.origin}/v1/events?wait_ms=500&limit=7&cursor=${this.#cursor}`;
      const page = await fetch(url, { headers })
        .then((answer) => answer.json() as Promise<Frame>)
        .catch(() => undefined);
      if (typeof page?.['cursor'] === 'string') {
        for (const event of page['events'] as Frame[]) if (event.room === room) this.take(event);
        this.#cursor = page['cursor'];
      } else await sleep(PAUSE_MS);
    }
  }
}

/** By asking again and again. */
export class PollingView extends View {
  async live(): Promise<void> {
    const { proxy, room, who } = this.place;
    const headers = { authorization: `Bearer ${who.token}` };
    while (this.living) {
      const url = `${proxy.origin}/v1/rooms/${room}/entries?after=${this.seq}&limit=7`;
      const page = await fetch(url, { headers })
        .then((answer) => answer.json() as Promise<Frame>)
        .catch(() => undefined);
      if (Array.isArray(page?.['entries'])) this.take({ ...page, type: 'entries' });
      await sleep(PAUSE_MS);
    }
  }
}

/** By a stock client of Socket.IO. */
export class SocketIoView extends View {
  async live(): Promise<void> {
    const { proxy, room, who } = this.place;
    using stock = Stock.begin(proxy.origin, who, { retries: 50, ackTimeout: 2_000 });
    stock.socket.onAny((type: string, payload: Frame) => {
      // What is said in other words than the log's has no position in it.
      if (payload.room === room && !type.startsWith('chat:')) this.take({ ...payload, type });
    });
    await stock.until('connected', () => stock.socket.connected);
    await stock.done('join_room', room);
    this.entered = true;
    await this.lasts(() => true);
  }
}

/** Breaks a client's connections at random until it is told to stop. */
export async function breaks(proxy: FaultProxy, random: Random, stopped: () => boolean): Promise<void> {
  while (!stopped()) {
    await sleep(between(random, 30, 250));
    const faults = [
      () => proxy.cut(),
      () => proxy.reset(),
      () => proxy.resetAfter('down', between(random, 1, 3_000)),
      () => proxy.resetAfter('up', between(random, 1, 600)),
      () => proxy.slice({ least: 1, most: 40 }),
      () => proxy.heal(),
    ];
    faults[between(random, 0, faults.length - 1)]?.();
  }
  proxy.heal();
}
