/** Messages that arrive while a bot is at work, one after the other for whoever asks for them. */
import type { Message } from './words.ts';

/** As many as the server gives into one run. */
const MOST_WAITING = 64;

/** A queue with an end. The same message, told twice after a cut, is there once. */
export class Steered implements AsyncIterable<Message> {
  readonly #known = new Set<string>();
  #waiting: Message[] = [];
  #ended = false;
  #news: () => void = () => undefined;

  add(message: Message): void {
    if (this.#ended || this.#known.has(message.id) || this.#known.size === MOST_WAITING) return;
    this.#known.add(message.id);
    this.#waiting.push(message);
    this.#news();
  }

  end(): void {
    this.#ended = true;
    this.#news();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Message> {
    for (;;) {
      const message = this.#waiting.shift();
      if (message !== undefined) yield message;
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#news = resolve));
    }
  }
}
