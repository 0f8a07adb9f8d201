/** The tab that holds the connection, for itself and for the others. */
import { BROKEN_OFF, CLOSE_NORMAL } from '../connection/close.ts';
import type { Channel, ChannelEvents, TransportName } from '../connection/transport.ts';
import { ignore } from '../environment.ts';
import { channelOf, type Down, type Ending, MOVED, type News, type Up } from './letters.ts';
import { takeLock } from './lock.ts';
import { type Asked, type Port, Switchboard, TOKEN_REFUSED } from './switchboard.ts';
import type { Table } from './table.ts';

/** What was said to a tab that has not taken it, in characters: it does not keep up, or is frozen. */
const MOST_UNTAKEN = 4_000_000;

/** How it is for the tab itself. */
export interface Self extends Port {
  opened(by: TransportName): void;
  ended(ending: Ending): void;
}

/** Another tab. */
class Guest implements Port {
  readonly #leader: string;
  readonly #channel: BroadcastChannel;
  readonly #unwatch: () => void;
  readonly #lost: () => void;
  #untaken = 0;

  constructor(leader: string, { name, locks, Channel }: Table, seat: string, lost: () => void) {
    this.#leader = leader;
    this.#lost = lost;
    this.#channel = new Channel(channelOf(name, seat));
    // A tab holds the lock of its own name for as long as it lives.
    this.#unwatch = takeLock(locks, channelOf(name, seat), { granted: lost, lost: ignore });
  }

  deliver(data: string): void {
    this.#untaken += data.length;
    this.say({ from: this.#leader, say: 'data', data });
    if (this.#untaken > MOST_UNTAKEN) {
      this.end(MOVED);
      this.#lost();
    }
  }

  took(size: number): void {
    this.#untaken -= size;
  }

  say(letter: Down): void {
    this.#channel.postMessage(letter);
  }

  end(ending: Ending): void {
    this.say({ from: this.#leader, say: 'closed', ...ending });
  }

  forget(): void {
    this.#unwatch();
    this.#channel.close();
  }
}

/** Holds the line. */
export class Leader {
  readonly #id: string;
  readonly #table: Table;
  readonly #self: Self;
  readonly #switchboard: Switchboard;
  readonly #guests = new Map<string, Guest>();
  #line: Channel | undefined;
  #by: TransportName | undefined;
  #over = false;

  constructor(id: string, table: Table, self: Self) {
    this.#id = id;
    this.#table = table;
    this.#self = self;
    this.#switchboard = new Switchboard((frame) => this.#line?.send(frame));
  }

  /** Opens the line, and says so to all tabs through `tell`. */
  begin(open: Table['dial'], tell: (news: News) => void): void {
    const events: ChannelEvents = {
      opened: (by) => {
        if (this.#over) return;
        this.#by = by;
        // The token of this tab comes first.
        this.#self.opened(by);
        for (const guest of this.#guests.values()) this.#admit(guest);
      },
      received: (data) => {
        if (!this.#over) this.#switchboard.received(data);
      },
      closed: (code, reason) => this.#end({ code, reason, hasty: false }, true),
    };
    tell({ from: this.#id, say: 'began' });
    try {
      this.#line = open(events);
    } catch (cause) {
      events.closed(BROKEN_OFF, `it could not be opened: ${String(cause)}`);
    }
  }

  /** This tab asks something. */
  send(frame: object): void {
    this.#switchboard.request(this.#self, frame as Asked);
  }

  /** Another tab says something. */
  heard(letter: Up): void {
    if (letter.say !== 'hello' && letter.to !== this.#id) return;
    const { from: seat } = letter;
    const guest = this.#guests.get(seat);
    switch (letter.say) {
      case 'hello':
        if (!guest) return this.#welcome(seat);
        return guest.say({ from: this.#id, say: 'here' });
      case 'ping':
        // Who is not known here was let go of.
        if (guest) guest.say({ from: this.#id, say: 'here' });
        return;
      case 'frame':
        if (guest) this.#switchboard.request(guest, letter.frame as Asked);
        return;
      case 'took':
        return guest?.took(letter.size);
      case 'leave':
        return this.#forget(seat);
    }
  }

  /** Lets go of the line, because this tab has no more use for it or lost the right to it: the others take over. */
  close(code = CLOSE_NORMAL): void {
    this.#end(MOVED, false);
    this.#line?.close(code);
  }

  #welcome(seat: string): void {
    const guest = new Guest(this.#id, this.#table, seat, () => this.#forget(seat));
    this.#guests.set(seat, guest);
    guest.say({ from: this.#id, say: 'here' });
    this.#admit(guest);
  }

  #admit(guest: Guest): void {
    if (this.#by) guest.say({ from: this.#id, say: 'open', by: this.#by });
  }

  #forget(seat: string): void {
    const guest = this.#guests.get(seat);
    if (!guest) return;
    this.#guests.delete(seat);
    guest.forget();
    if (!this.#over) this.#switchboard.leave(guest);
  }

  #end(ending: Ending, tellSelf: boolean): void {
    if (this.#over) return;
    this.#over = true;
    const { judged } = this.#switchboard;
    // Another tab's token may be a good one.
    const strange = { ...ending, code: BROKEN_OFF };
    const endingOf = (port: Port) => (ending.code === TOKEN_REFUSED && port !== judged ? strange : ending);
    for (const [seat, guest] of [...this.#guests]) {
      guest.end(endingOf(guest));
      this.#forget(seat);
    }
    if (tellSelf) this.#self.ended(endingOf(this.#self));
  }
}
