/** Failures on their way to a toast. */
import type { NoticeView } from '../view/model.ts';
import { reasonOf } from './words.ts';

type Listener = (notice: NoticeView) => void;

export class Notices {
  readonly #listeners: Set<Listener>;
  readonly #room: { readonly room?: string };

  constructor(listeners = new Set<Listener>(), room: { readonly room?: string } = {}) {
    this.#listeners = listeners;
    this.#room = room;
  }

  /** The same, about one room. */
  of(room: string): Notices {
    return new Notices(this.#listeners, { room });
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells that something did not work, and why. */
  tell(title: string, error: unknown): void {
    this.say(title, reasonOf(error));
  }

  /** Tells something that is no failure, but not what one expected either. */
  say(title: string, detail: string): void {
    for (const listener of [...this.#listeners]) listener({ title, detail, ...this.#room });
  }

  /** Waits for something; a failure is told, and that is all that becomes of it. */
  async attempt(title: string, deed: () => Promise<unknown>): Promise<void> {
    try {
      await deed();
    } catch (error) {
      this.tell(title, error);
    }
  }
}
