/**
 * Tabs of one browser in one process: each has what a real one has to meet others by, and can be closed without a word,
 * or frozen, as browsers do it.
 */
import { WebSocket as NodeWebSocket } from 'ws';
import type { WebSocketClass } from '../src/index.ts';
import { type Locks, sharedTabs } from '../src/tabs.ts';

interface Waiting {
  readonly tab: Tab;
  readonly held: () => Promise<void>;
  readonly settle: { resolve: () => void; reject: (cause: Error) => void };
}

/** The locks of an origin. */
class LockTable {
  readonly #holders = new Map<string, Waiting>();
  readonly #lines = new Map<string, Waiting[]>();

  request(tab: Tab, name: string, options: { steal?: boolean; signal?: AbortSignal }, held: Waiting['held']) {
    return new Promise<void>((resolve, reject) => {
      const waiting: Waiting = { tab, held, settle: { resolve, reject } };
      const line = this.#lines.get(name) ?? [];
      this.#lines.set(name, line);
      if (options.steal) {
        this.#holders.get(name)?.settle.reject(new DOMException('stolen', 'AbortError'));
        this.#holders.delete(name);
        line.unshift(waiting);
      } else line.push(waiting);
      options.signal?.addEventListener('abort', () => {
        line.splice(line.indexOf(waiting), line.includes(waiting) ? 1 : 0);
        reject(new DOMException('aborted', 'AbortError'));
      });
      queueMicrotask(() => this.#grant(name));
    });
  }

  /** A tab is gone. */
  drop(tab: Tab): void {
    for (const line of this.#lines.values())
      line.splice(0, line.length, ...line.filter((waiting) => waiting.tab !== tab));
    for (const [name, holder] of [...this.#holders]) if (holder.tab === tab) this.#release(name, holder);
  }

  #grant(name: string): void {
    if (this.#holders.has(name)) return;
    const next = this.#lines.get(name)?.shift();
    if (!next) return;
    this.#holders.set(name, next);
    void next.held().then(() => {
      next.settle.resolve();
      this.#release(name, next);
    });
  }

  #release(name: string, holder: Waiting): void {
    if (this.#holders.get(name) !== holder) return;
    this.#holders.delete(name);
    this.#grant(name);
  }
}

/** A browser, as far as its tabs of one origin meet in it. */
export class Tabs {
  readonly locks = new LockTable();

  open(): Tab {
    return new Tab(this.locks);
  }
}

/** One tab. */
export class Tab {
  readonly #locks: LockTable;
  readonly #late: (() => void)[] = [];
  readonly #sockets: NodeWebSocket[] = [];
  #state: 'awake' | 'stalled' | 'frozen' | 'gone' = 'awake';

  constructor(locks: LockTable) {
    this.#locks = locks;
  }

  /** What a client in this tab is given. */
  get options(): { WebSocket: WebSocketClass; shareTabs: ReturnType<typeof sharedTabs> } {
    const locks: Locks = {
      request: (name, options, held) => {
        const awake = () => this.#later(held);
        return this.#later(() => this.#locks.request(this, name, options, awake));
      },
    };
    return {
      WebSocket: this.#socketClass(),
      shareTabs: sharedTabs({ locks, BroadcastChannel: this.#channelClass() }),
    };
  }

  /** Nothing in it runs any more; nothing is told to anybody. */
  freeze(): void {
    this.#state = 'frozen';
  }

  /** It runs, but does not get round to reading what other tabs pass on to it. */
  stall(): void {
    this.#state = 'stalled';
  }

  /** It runs on, with all that came meanwhile. */
  thaw(): void {
    this.#state = 'awake';
    for (const run of this.#late.splice(0)) run();
  }

  /** Closed, or crashed: the browser cleans up after it. */
  kill(): void {
    this.#state = 'gone';
    for (const socket of this.#sockets) socket.terminate();
    this.#locks.drop(this);
  }

  /** Does something when this tab runs; later, or never. */
  #run(what: () => void): void {
    if (this.#state === 'awake' || this.#state === 'stalled') what();
    else if (this.#state === 'frozen') this.#late.push(what);
  }

  /** The same, and what comes of it. */
  #later(what: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#run(() => void what().then(resolve, reject));
    });
  }

  #channelClass(): typeof BroadcastChannel {
    const run = (what: () => void) => this.#run(what);
    const hear = ({ say }: { say?: string }, what: () => void) => {
      const passed = say === 'data' || say === 'closed';
      if (this.#state === 'stalled' && passed) this.#late.push(what);
      else run(what);
    };
    return class extends BroadcastChannel {
      constructor(name: string) {
        super(name);
        // So that tests end.
        (this as unknown as { unref(): void }).unref();
      }
      override set onmessage(listener: ((event: MessageEvent) => void) | null) {
        super.onmessage =
          listener && ((event: MessageEvent<{ say?: string }>) => hear(event.data, () => listener(event)));
      }
      override postMessage(message: unknown): void {
        run(() => super.postMessage(message));
      }
      override close(): void {
        run(() => super.close());
      }
    };
  }

  #socketClass(): WebSocketClass {
    const run = (what: () => void) => this.#run(what);
    const sockets = this.#sockets;
    class Socket extends NodeWebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols);
        sockets.push(this);
      }
      override emit(event: string, ...news: unknown[]): boolean {
        run(() => super.emit(event, ...news));
        return true;
      }
      override send(text: string): void {
        run(() => this.readyState === NodeWebSocket.OPEN && super.send(text));
      }
      override close(code?: number): void {
        run(() => super.close(code));
      }
    }
    return Socket;
  }
}
