// A bot on the bot socket without an SDK: it says what a test has it say, also what it should not.
import { Wire, type Frame } from '@antiphon/e2e/wire';
import { accepted, type Message, type Run } from './chat.ts';
import { Listener } from './listener.ts';

/** A run that the bot was offered. */
export interface Offer {
  readonly run: Run & { readonly attempt: number };
  readonly trigger: Message;
}

/** One connection of a bot. */
export class RawBot implements Disposable {
  readonly wire: Wire;
  readonly #listener: Listener;
  readonly #seen = new Set<Frame>();

  private constructor(wire: Wire) {
    this.wire = wire;
    this.#listener = new Listener(wire);
  }

  /** Connects and takes runs. */
  static async connect(url: string, token: string, serve: object = {}): Promise<RawBot> {
    const wire = await Wire.open(url, { token, user: { id: '', name: '' } });
    const bot = new RawBot(wire);
    accepted(await wire.ask({ type: 'serve_runs', ...serve }));
    return bot;
  }

  /** The next run that was offered. */
  async offer(): Promise<Offer> {
    const frame = await this.frame('a run', (frame) => frame.type === 'run' && !this.#seen.has(frame));
    this.#seen.add(frame);
    return frame as unknown as Offer;
  }

  /** The runs that were offered since it was last looked. */
  offers(): Offer[] {
    const offers = this.wire.frames.filter((frame) => frame.type === 'run' && !this.#seen.has(frame));
    for (const frame of offers) this.#seen.add(frame);
    return offers as unknown as Offer[];
  }

  /** Waits for a frame, of those that have come or are to come. */
  frame(what: string, is: (frame: Frame) => boolean): Promise<Frame> {
    return this.#listener.frame(what, is);
  }

  /** Sends something about a run and answers with whatever came back, errors too. */
  async tell({ run }: Offer, type: string, fields: object = {}): Promise<Frame> {
    const answer = await this.wire.ask({ type, run: run.run, attempt: run.attempt, ...fields });
    if (answer === undefined) throw new Error('the connection ended before the answer came');
    return answer;
  }

  /** Opens an answer with one text, which begins like this. */
  async begin(offer: Offer, text: string): Promise<void> {
    accepted(await this.tell(offer, 'open_message'));
    accepted(await this.tell(offer, 'put_part', { part: 0, value: { type: 'text', text } }));
  }

  /** Answers with one text, and is done. */
  async answer(offer: Offer, text: string): Promise<void> {
    await this.begin(offer, text);
    accepted(await this.tell(offer, 'finish_run', { ending: 'completed' }));
  }

  [Symbol.dispose](): void {
    this.wire.close();
  }
}
