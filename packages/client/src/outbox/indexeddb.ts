/** Unsent messages in IndexedDB: one database per server, shared by all tabs; the same id twice does no harm. */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { OutboxEntry } from './entry.ts';
import type { OutboxStorage } from './storage.ts';

interface Schema extends DBSchema {
  outbox: { key: string; value: OutboxEntry };
}

const STORE = 'outbox';
const VERSION = 1;

/** Keeps the outbox in IndexedDB. Where that fails, as in some private windows, the outbox goes on in memory. */
export function indexedDbOutbox(options: { name?: string } = {}): OutboxStorage {
  return new IndexedDbOutbox(options.name ?? 'antiphon');
}

class IndexedDbOutbox implements OutboxStorage {
  readonly #name: string;
  #database: Promise<IDBPDatabase<Schema>> | undefined;
  #leave: (() => void) | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  async open(server: string, left: () => void): Promise<void> {
    const name = `${this.#name}:${server}`;
    const opening = openDB<Schema>(name, VERSION, {
      upgrade: (database) => void database.createObjectStore(STORE, { keyPath: 'key' }),
      // Another tab wants a newer version: let it have it.
      blocking: () => this.close(),
    });
    this.#database = opening;
    this.#leave = attend(name, left);
    await opening;
  }

  async load(): Promise<OutboxEntry[]> {
    return (await this.#open()).getAll(STORE);
  }

  async put(entry: OutboxEntry): Promise<void> {
    await (await this.#open()).put(STORE, entry);
  }

  async remove(key: string): Promise<void> {
    await (await this.#open()).delete(STORE, key);
  }

  async clear(): Promise<void> {
    await (await this.#open()).clear(STORE);
  }

  close(): void {
    this.#leave?.();
    this.#leave = undefined;
    const closing = this.#database;
    this.#database = undefined;
    closing?.then((database) => database.close()).catch(() => undefined);
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    return this.#database ?? Promise.reject(new Error('the database is closed'));
  }
}

/**
 * Tells other tabs when this one goes, because whatever it has not sent is theirs to send; hears it of them. Returns how to
 * go.
 */
function attend(name: string, left: () => void): () => void {
  if (typeof window === 'undefined' || typeof BroadcastChannel === 'undefined') return () => undefined;
  const channel = new BroadcastChannel(name);
  const tell = () => channel.postMessage('left');
  channel.onmessage = left;
  window.addEventListener('pagehide', tell);
  return () => {
    window.removeEventListener('pagehide', tell);
    tell();
    channel.close();
  };
}
