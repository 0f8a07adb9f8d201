/** The bots of a room and their runs. */
import { type Bot, isFinalRun, type Run } from '../model/agent.ts';
import { toBot, toCancellation, toTime, withStatus } from '../wire/convert.ts';
import type { Wire } from '../wire/words.ts';

/** Runs that ended are kept for what they say about messages in view; not for ever. */
const ENDED_KEPT = 200;

/** Bots and runs of one room. */
export class Agents {
  readonly #cancel: (run: string) => Promise<void>;
  readonly #runs = new Map<string, { run: Run; seq: number }>();
  #bots: readonly Bot[] = [];
  #list: readonly Run[] | undefined;

  constructor(cancel: (run: string) => Promise<void>) {
    this.#cancel = cancel;
  }

  get bots(): readonly Bot[] {
    return this.#bots;
  }

  /** Runs that have not ended, oldest first; a new array only when one changed. */
  get active(): readonly Run[] {
    this.#list ??= [...this.#runs.values()].flatMap(({ run }) => (isFinalRun(run.state) ? [] : [run]));
    return this.#list;
  }

  /** A run, ended or not, if it is known. */
  get(run: string): Run | undefined {
    return this.#runs.get(run)?.run;
  }

  setBots(bots: readonly Wire.Bot[]): void {
    this.#bots = bots.map(toBot);
  }

  clearRuns(): void {
    this.#runs.clear();
    this.#list = undefined;
  }

  /** Applies an entry about a run, from wherever in the log; the latest one wins. */
  foldRun(entry: Extract<Wire.Entry, { type: 'run_changed' }>): void {
    const held = this.#runs.get(entry.run);
    if (held && held.seq >= entry.seq) return;
    this.#list = undefined;
    this.#runs.set(entry.run, { run: this.#toRun(entry), seq: entry.seq });
    if (this.#runs.size <= ENDED_KEPT) return;
    for (const [id, { run }] of this.#runs) {
      if (!isFinalRun(run.state)) continue;
      this.#runs.delete(id);
      return;
    }
  }

  /** Applies an entry about a bot that is newer than the join. */
  foldBot(entry: Extract<Wire.Entry, { type: 'bot_status' }>): void {
    this.#bots = withStatus(this.#bots, entry);
  }

  #toRun(entry: Extract<Wire.Entry, { type: 'run_changed' }>): Run {
    return {
      id: entry.run,
      bot: entry.bot,
      state: entry.state,
      since: toTime(entry.at),
      trigger: entry.trigger,
      triggeredBy: entry.triggered_by,
      answer: entry.answer,
      error: entry.error,
      cancellation: toCancellation(entry.cancel),
      createdAt: toTime(entry.created_at),
      endedAt: toTime(entry.ended_at),
      cancel: () => this.#cancel(entry.run),
    };
  }
}
