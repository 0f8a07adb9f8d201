/** Where an outbox is kept beyond the life of a page. */
import type { OutboxEntry } from './entry.ts';

/** A place for the outbox. Everything may fail; the outbox then goes on in memory and says so once. */
export interface OutboxStorage {
  /** Opens the place that belongs to this server and reads what is in it. */
  open(server: string): Promise<OutboxEntry[]>;
  put(entry: OutboxEntry): Promise<void>;
  remove(key: string): Promise<void>;
  clear(): Promise<void>;
  close(): void;
}
