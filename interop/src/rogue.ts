// A bot that does everything wrong that a bot can: falls silent for longer than its lease, and writes on when it is told to stop.
import { setTimeout as sleep } from 'node:timers/promises';
import { between, type Random } from '@antiphon/e2e/random';
import { RawBot, type Offer } from './raw-bot.ts';

/** How it misbehaves. */
export interface Manners {
  readonly leaseMs: number;
  /** How many lines it has to say, and what the line with this number is. */
  readonly lines: number;
  readonly line: (offer: Offer, number: number) => string;
  readonly chance: Random;
}

/** How often it falls silent in the middle of a run. */
const SILENT = 0.2;
/** How many lines it goes on writing after it was told that the run is not its any more. */
const STUBBORN = 3;
const LOOK_EVERY_MS = 10;
/** Between two attempts to connect. */
const AGAIN_MS = 50;

/** Serves until it is disposed of, and connects again whenever its connection breaks. */
export class Rogue implements AsyncDisposable {
  /** What the server accepted though it had refused the same attempt before. */
  readonly accepted: string[] = [];
  /** What it was refused for any other reason than that its attempt is over. */
  readonly surprises: string[] = [];
  /** How many attempts it went on writing for in vain. */
  fenced = 0;
  readonly #manners: Manners;
  readonly #serving: Promise<void>;
  #over = false;

  constructor(url: string, token: string, manners: Manners) {
    this.#manners = manners;
    this.#serving = this.#serve(url, token);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    await this.#serving;
  }

  #isOver(): boolean {
    return this.#over;
  }

  async #serve(url: string, token: string): Promise<void> {
    const work: Promise<void>[] = [];
    while (!this.#isOver()) {
      try {
        using bot = await RawBot.connect(url, token);
        while (!this.#isOver() && !bot.wire.closed) {
          for (const offer of bot.offers()) work.push(this.#work(bot, offer));
          await sleep(LOOK_EVERY_MS);
        }
      } catch {
        // Nobody is there now.
        await sleep(AGAIN_MS);
      }
    }
    await Promise.all(work);
  }

  /** Works on one run; whatever becomes of its connection, the run is the server's. */
  async #work(bot: RawBot, offer: Offer): Promise<void> {
    const { lines, line, leaseMs, chance } = this.#manners;
    const silentAt = chance() < SILENT ? between(chance, 0, lines) : undefined;
    let refused = 0;
    const tell = async (type: string, fields: object = {}): Promise<boolean> => {
      const answer = await bot.tell(offer, type, fields).catch(() => undefined);
      if (answer === undefined) return false;
      if (answer['code'] === 'fenced') {
        refused += 1;
        if (refused === 1) this.fenced += 1;
      } else if (answer.type === 'error') this.surprises.push(JSON.stringify(answer));
      else if (refused > 0) this.accepted.push(`${type} of ${JSON.stringify(offer.run)}`);
      return answer.type !== 'error' || answer['code'] === 'fenced';
    };

    if (!(await tell('open_message'))) return;
    if (!(await tell('put_part', { part: 0, value: { type: 'text', text: '' } }))) return;
    for (let number = 0, at = 0; number < lines && refused <= STUBBORN; number++) {
      if (number === silentAt) await sleep(leaseMs * 1.5);
      const text = line(offer, number);
      if (!(await tell('append', { part: 0, at, text }))) return;
      at += Buffer.byteLength(text);
      await sleep(between(chance, 0, 20));
    }
    await tell('finish_run', { ending: 'completed' });
  }
}
