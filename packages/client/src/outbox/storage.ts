/** Where an outbox is kept beyond the life of a page. */
import type { OutboxEntry } from './entry.ts';

/** A place for the outbox. Everything may fail; the outbox then goes on in memory and says so once. */
export interface OutboxStorage {
  /** Opens the place that belongs to this server. `left` is called when another page has gone that kept messages there. */
  open(server: string, left: () => void): Promise<void>;
  /** All that is kept, also by other pages: the same id twice does no harm. */
  load(): Promise<OutboxEntry[]>;
  put(entry: OutboxEntry): Promise<void>;
  remove(key: string): Promise<void>;
  clear(): Promise<void>;
  close(): void;
}
