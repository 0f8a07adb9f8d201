/** The bots of a room: their runs, what waits for them, and what they ask people to decide. */
import { type Bot, isFinalRun, type Queue, type Run } from '../model/agent.ts';
import { toBot, toCancellation, toTime, toUsage, withStatus } from '../wire/convert.ts';
import type { Wire } from '../wire/words.ts';
import type { ApprovalBook } from './approvals.ts';
import { forgetOldest } from './kept.ts';

/** Bots and runs of one room. */
export class Agents {
  readonly approvals: ApprovalBook;
  readonly #cancel: (run: string) => Promise<void>;
  readonly #runs = new Map<string, { run: Run; seq: number }>();
  #bots: readonly Bot[] = [];
  #queues: readonly Queue[] = [];
  #list: readonly Run[] | undefined;

  constructor(approvals: ApprovalBook, cancel: (run: string) => Promise<void>) {
    this.approvals = approvals;
    this.#cancel = cancel;
  }

  get bots(): readonly Bot[] {
    return this.#bots;
  }

  /** What waits, for each bot for which something does; a new array only when that changed. */
  get queues(): readonly Queue[] {
    return this.#queues;
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

  /** A join was answered: what is under way, also from before the entries that come with it. */
  begin({ bots, runs = [], approvals = [], head }: Wire.Joined): void {
    this.#bots = bots.map(toBot);
    for (const run of runs) this.#put(run, head, Date.parse(run.started_at ?? run.created_at));
    for (const approval of approvals) this.approvals.asked(approval);
  }

  /** What waits, all of it. */
  setQueues(queues: readonly Queue[] = []): void {
    this.#queues = queues;
  }

  /** What waits for one bot. */
  setQueue(queue: Queue): void {
    const others = this.#queues.filter(({ bot }) => bot !== queue.bot);
    this.#queues = queue.count > 0 ? [...others, queue] : others;
  }

  clear(): void {
    this.#runs.clear();
    this.#list = undefined;
    this.approvals.clear();
  }

  /** Applies an entry from wherever in the log; of each run the latest one wins. */
  fold(entry: Wire.Entry): void {
    if (entry.type === 'run_changed') this.#put(entry, entry.seq, Date.parse(entry.at));
    else if (entry.type === 'approval_requested') this.approvals.asked(entry.approval);
    else if (entry.type === 'approval_decided') this.approvals.decided(entry.approval, entry.decision);
  }

  /** Applies an entry about a bot that is newer than the join. */
  foldBot(entry: Extract<Wire.Entry, { type: 'bot_status' }>): void {
    this.#bots = withStatus(this.#bots, entry);
  }

  #put(wire: Wire.Run, seq: number, at: number): void {
    const { run: id, bot, state, attempt = 0, paused, trigger, answer, error, chain } = wire;
    const held = this.#runs.get(id);
    if (held && held.seq >= seq) return;
    const run: Run = {
      id,
      bot,
      state,
      since: held?.run.state === state ? held.run.since : at,
      attempt,
      paused,
      trigger,
      triggeredBy: wire.triggered_by,
      answer,
      error,
      chain,
      usage: (wire.usage ?? []).map(toUsage),
      cancellation: toCancellation(wire.cancel),
      createdAt: Date.parse(wire.created_at),
      startedAt: toTime(wire.started_at),
      endedAt: toTime(wire.ended_at),
      cancel: () => this.#cancel(id),
    };
    this.#list = undefined;
    this.#runs.set(id, { run, seq });
    forgetOldest(this.#runs, (one) => isFinalRun(one.run.state));
  }
}
