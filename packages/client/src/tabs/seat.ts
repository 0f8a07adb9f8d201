/**
 * One tab's place on the shared line. It waits in line for the lock of the one who holds the connection: whoever gets it
 * opens the line, all others go through that tab. When its tab dies the browser gives the lock to the next; when it is
 * frozen, and so answers nobody, the lock is taken from it. Where nothing of that helps, a tab has a line of its own.
 */
import { CLOSE_BROKEN } from '../connection/close.ts';
import type { Channel, ChannelEvents } from '../connection/transport.ts';
import { ignore, surroundings, Timer } from '../environment.ts';
import { Leader } from './leader.ts';
import { channelOf, type Down, type Ending, MOVED, type News, type Up } from './letters.ts';
import { takeLock } from './lock.ts';
import type { Table } from './table.ts';

/** How often a tab asks whether the one that holds the connection is there, and how often in vain before it is taken for frozen. */
const ASK_MS = 1_000;
const PATIENCE = 3;
/** And before a tab that has no line at all, and cannot get one by force either, opens one of its own. */
const LAST_PATIENCE = 5;

/** A place on the shared line. */
export class Seat implements Channel {
  /** A name that no other tab has. */
  readonly #id = `${Math.random()}`;
  readonly #table: Table;
  readonly #events: ChannelEvents;
  readonly #all: BroadcastChannel;
  readonly #mine: BroadcastChannel;
  readonly #timer = new Timer();
  readonly #leaveSeat: () => void;
  #leaveLine: () => void = ignore;
  /** In vain so many times. */
  #unanswered = 0;
  #stole = false;
  /** Whom it goes through. */
  #follows: string | undefined;
  #leader: Leader | undefined;
  /** A line of its own. */
  #own: Channel | undefined;
  #over = false;

  constructor(table: Table, events: ChannelEvents) {
    this.#table = table;
    this.#events = events;
    const { name, locks, Channel } = table;
    this.#all = new Channel(name);
    this.#mine = new Channel(channelOf(name, this.#id));
    this.#all.onmessage = ({ data }: MessageEvent<Up | News>) => this.#heard(data);
    this.#mine.onmessage = ({ data }: MessageEvent<Down>) => this.#told(data);
    this.#leaveSeat = takeLock(locks, channelOf(name, this.#id), {
      granted: () => this.#seek(),
      lost: () => this.#goAlone(),
    });
  }

  send(frame: object): void {
    this.#leader?.send(frame);
    this.#own?.send(frame);
    if (this.#follows) this.#say({ from: this.#id, to: this.#follows, say: 'frame', frame });
  }

  close(code: number): void {
    if (this.#over) return;
    this.#leader?.close(code);
    this.#own?.close(code);
    if (this.#follows) this.#say({ from: this.#id, to: this.#follows, say: 'leave' });
    // It went silent for this tab. The one that holds it may be asleep, and not notice.
    if (this.#follows && code === CLOSE_BROKEN) this.#table.memory.suspect = true;
    this.#leave();
  }

  #seek(): void {
    if (this.#over) return;
    this.#takeLine(this.#table.memory.suspect);
    this.#table.memory.suspect = false;
    this.#say({ from: this.#id, say: 'hello' });
    this.#watch();
  }

  #takeLine(steal: boolean): void {
    this.#leaveLine();
    this.#stole = steal;
    const events = { granted: () => this.#granted(), lost: () => this.#deposed() };
    this.#leaveLine = takeLock(this.#table.locks, this.#table.name, events, steal);
  }

  /** Nobody else holds the connection. */
  #granted(): void {
    if (this.#follows) return this.#end(MOVED);
    if (this.#over || this.#own) return;
    this.#timer.clear();
    this.#leader = new Leader(this.#id, this.#table, {
      opened: (by) => this.#events.opened(by),
      deliver: (data) => this.#events.received(data),
      ended: (ending) => this.#end(ending),
    });
    this.#leader.begin(this.#table.dial, (news) => this.#say(news));
  }

  /** The lock was taken away, or there are no locks to be had here. */
  #deposed(): void {
    if (!this.#leader) return this.#goAlone();
    this.#leader.close();
    this.#end(MOVED);
  }

  #goAlone(): void {
    if (this.#over || this.#own || this.#leader || this.#follows) return;
    this.#letGo();
    this.#own = this.#table.dial(this.#events);
  }

  #heard(letter: Up | News): void {
    if (letter.say !== 'began') return this.#leader?.heard(letter);
    // What it said since may have come first, because that was on another channel.
    if (this.#leader || this.#own || letter.from === this.#follows) return;
    if (this.#follows) this.#end(MOVED);
    else this.#say({ from: this.#id, say: 'hello' });
  }

  /** The one that holds the connection says something. */
  #told(letter: Down): void {
    if (this.#over || this.#leader || this.#own) return;
    if (this.#follows !== undefined && letter.from !== this.#follows) return;
    this.#unanswered = 0;
    switch (letter.say) {
      case 'here':
        return;
      case 'open':
        if (this.#follows) return;
        this.#follows = letter.from;
        return this.#events.opened(letter.by);
      case 'data':
        this.#events.received(letter.data);
        if (this.#follows)
          this.#say({ from: this.#id, to: this.#follows, say: 'took', size: letter.data.length });
        return;
      case 'closed':
        return this.#end(letter);
    }
  }

  /** Asks whether anybody is there; only while somebody looks, because nobody else is kept waiting. */
  #watch(): void {
    this.#timer.set(ASK_MS, () => {
      if (this.#follows && surroundings.document?.hidden) this.#unanswered = 0;
      else if (this.#unanswered >= PATIENCE) this.#loseHope();
      else this.#ask();
      if (!this.#over && !this.#own && !this.#leader) this.#watch();
    });
  }

  #ask(): void {
    this.#unanswered += 1;
    if (this.#follows) this.#say({ from: this.#id, to: this.#follows, say: 'ping' });
    else this.#say({ from: this.#id, say: 'hello' });
  }

  #loseHope(): void {
    if (this.#follows) {
      this.#table.memory.suspect = true;
      return this.#end(MOVED);
    }
    this.#unanswered += 1;
    if (!this.#stole) this.#takeLine(true);
    else if (this.#unanswered > LAST_PATIENCE) this.#goAlone();
  }

  #say(letter: Up | News): void {
    if (!this.#over) this.#all.postMessage(letter);
  }

  #end({ code, reason, hasty }: Ending): void {
    if (this.#over) return;
    this.#leave();
    if (hasty) {
      const bye = { type: 'bye', code, reconnect: true, after_ms: 0 };
      this.#events.received(JSON.stringify(bye));
    }
    this.#events.closed(code, reason);
  }

  #leave(): void {
    this.#letGo();
    this.#over = true;
  }

  /** Of all that it shares with other tabs. */
  #letGo(): void {
    this.#timer.clear();
    this.#all.close();
    this.#mine.close();
    this.#leaveLine();
    this.#leaveSeat();
  }
}
