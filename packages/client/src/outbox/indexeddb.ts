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

  constructor(name: string) {
    this.#name = name;
  }

  async open(server: string): Promise<OutboxEntry[]> {
    const opening = openDB<Schema>(`${this.#name}:${server}`, VERSION, {
      upgrade: (database) => void database.createObjectStore(STORE, { keyPath: 'key' }),
      // Another tab wants a newer version: let it have it.
      blocking: () => this.close(),
    });
    this.#database = opening;
    const database = await opening;
    return database.getAll(STORE);
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
    const closing = this.#database;
    this.#database = undefined;
    closing?.then((database) => database.close()).catch(() => undefined);
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    return this.#database ?? Promise.reject(new Error('the database is closed'));
  }
}
