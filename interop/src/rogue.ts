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
/** How much longer than its lease it is silent: nobody is that late to notice. */
const TOO_LONG = 2;
/** How many lines it goes on writing after it was told that the run is not its any more. */
const STUBBORN = 3;
const LOOK_EVERY_MS = 10;
/** Between two attempts to connect. */
const AGAIN_MS = 50;

/** Serves until it is disposed of, and connects again whenever its connection breaks. */
export class Rogue implements AsyncDisposable {
  /** What the server accepted though the attempt was over: after the lease had run out, or after a refusal. */
  readonly accepted: string[] = [];
  /** What it was refused for any other reason than that its attempt is over. */
  readonly surprises: string[] = [];
  /** How many attempts it went on writing for in vain. */
  fenced = 0;
  /** Whether the next run is one in which it falls silent, whatever chance says. */
  #silentNext = false;
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

  /** Has it fall silent in its next run. */
  fallSilent(): void {
    this.#silentNext = true;
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

  #isToBeSilent(): boolean {
    const { chance } = this.#manners;
    const isSilent = chance() < SILENT || this.#silentNext;
    this.#silentNext = false;
    return isSilent;
  }

  /** Works on one run; whatever becomes of its connection, the run is the server's. */
  async #work(bot: RawBot, offer: Offer): Promise<void> {
    const { lines, line, leaseMs, chance } = this.#manners;
    const silentAt = this.#isToBeSilent() ? between(chance, 0, lines - 1) : undefined;
    let [refused, isLate] = [0, false];
    const tell = async (type: string, fields: object = {}): Promise<boolean> => {
      const answer = await bot.tell(offer, type, fields).catch(() => undefined);
      if (answer === undefined) return false;
      if (answer['code'] === 'fenced') {
        refused += 1;
        if (refused === 1) this.fenced += 1;
      } else if (answer.type === 'error') this.surprises.push(JSON.stringify(answer));
      else if (refused > 0 || isLate) this.accepted.push(`${type} of ${JSON.stringify(offer.run)}`);
      return answer.type !== 'error' || answer['code'] === 'fenced';
    };

    if (!(await tell('open_message'))) return;
    if (!(await tell('put_part', { part: 0, value: { type: 'text', text: '' } }))) return;
    for (let number = 0, at = 0; number < lines && refused <= STUBBORN; number++) {
      if (number === silentAt) {
        await sleep(leaseMs * TOO_LONG);
        isLate = true;
      }
      const text = line(offer, number);
      if (!(await tell('append', { part: 0, at, text }))) return;
      at += Buffer.byteLength(text);
      await sleep(between(chance, 0, 20));
    }
    await tell('finish_run', { ending: 'completed' });
  }
}
