/** The bots of a room: their runs, what waits for them, and what they ask people to decide. */
import { type Bot, isFinalRun, type Queue, type Run } from '../model/agent.ts';
import { toBot, toRun, withStatus } from '../wire/convert.ts';
import { Catalog } from '../store/catalog.ts';
import type { Wire } from '../wire/words.ts';
import { cancel } from './actions.ts';
import { ApprovalBook } from './approvals.ts';
import type { Place } from './core.ts';
import { forgetOldest } from './kept.ts';

/** Bots and runs of one room. */
export class Agents {
  readonly approvals: ApprovalBook;
  readonly #place: Place;
  readonly #runs = new Catalog<Run & { readonly seq: number }>();
  bots: readonly Bot[] = [];
  /** What waits, for each bot for which something does; a new array only when that changed. */
  queues: readonly Queue[] = [];

  constructor(place: Place) {
    this.#place = place;
    this.approvals = new ApprovalBook(place);
  }

  /** Runs that have not ended, oldest first; a new array only when one changed. */
  get active(): readonly Run[] {
    return this.#runs.picture(activeOf);
  }

  /** A run, ended or not, if it is known. */
  get(run: string): Run | undefined {
    return this.#runs.get(run);
  }

  /** A join was answered: what is under way, also from before the entries that come with it. */
  begin({ bots, runs = [], approvals = [], head }: Wire.Joined): void {
    this.bots = bots.map(toBot);
    for (const run of runs) this.#put(run, head, run.started_at ?? run.created_at);
    for (const approval of approvals) this.approvals.asked(approval);
  }

  /** What waits for one bot. */
  setQueue(queue: Queue): void {
    const others = this.queues.filter(({ bot }) => bot !== queue.bot);
    this.queues = queue.count > 0 ? [...others, queue] : others;
  }

  clear(): void {
    this.#runs.clear();
    this.approvals.clear();
  }

  /** Applies an entry from wherever in the log; of each run the latest one wins. */
  fold(entry: Wire.Entry): void {
    if (entry.type === 'run_changed') this.#put(entry, entry.seq, entry.at);
    else if (entry.type === 'approval_requested') this.approvals.asked(entry.approval);
    else if (entry.type === 'approval_decided') this.approvals.decided(entry.approval, entry.decision);
  }

  /** Applies an entry about a bot that is newer than the join. */
  foldBot(entry: Extract<Wire.Entry, { type: 'bot_status' }>): void {
    this.bots = withStatus(this.bots, entry);
  }

  #put(wire: Wire.Run, seq: number, at: string): void {
    const { run, bot, state } = wire;
    const { id: room, core } = this.#place;
    const held = this.#runs.get(run);
    if (held && held.seq >= seq) return;
    this.#runs.set(run, {
      ...toRun(wire),
      seq,
      since: held?.state === state ? held.since : Date.parse(at),
      cancel: () => cancel(core, { room, run }),
      steer: (text) => core.sendMessage(room, { text, to: [bot] }),
    });
    forgetOldest(this.#runs, (one) => isFinalRun(one.state));
  }
}

function activeOf(runs: Run[]): readonly Run[] {
  return runs.filter(({ state }) => !isFinalRun(state));
}
