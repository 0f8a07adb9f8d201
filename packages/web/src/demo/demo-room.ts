/** A room that lives in memory only: what the page shows before, and without, a server. */
import {
  type ApprovalView,
  type DecisionView,
  type LogItem,
  type LogView,
  type MarkView,
  type MemberView,
  type MessageView,
  type Outgoing,
  type Readable,
  type RoomInfo,
  type RoomView,
  type ToolPart,
  type ToolView,
  type UserView,
  type VerdictView,
  type WorkView,
  type Writable,
  writable,
} from '@antiphon/react/ui/kit';
import { me, members, message, scribe, text } from '@antiphon/react/ui/samples';
import { longHistory } from './scene-long.ts';

export class DemoRoom implements RoomView {
  readonly info: Writable<RoomInfo>;
  readonly log: Writable<LogView>;
  readonly members: Writable<readonly MemberView[]> = writable(members);
  readonly typing: Writable<readonly UserView[]> = writable<readonly UserView[]>([]);
  readonly work: Writable<readonly WorkView[]> = writable<readonly WorkView[]>([]);
  readonly #items = new Map<string, Writable<LogItem | undefined>>();
  readonly id: string;
  older = 0;

  constructor(info: RoomInfo, items: readonly LogItem[], loading: LogView['loading'] = 'none') {
    this.id = info.id;
    this.info = writable(info);
    this.log = writable<LogView>({ keys: [], hasOlder: false, loading });
    if (items.length > 0) this.append(...items);
  }

  item(key: string): Readable<LogItem | undefined> {
    return this.slot(key);
  }

  append(...items: readonly LogItem[]): void {
    for (const item of items) this.slot(item.key).set(item);
    this.log.update((log) => ({ ...log, keys: [...log.keys, ...items.map((item) => item.key)] }));
  }

  change(key: string, change: (message: MessageView) => MessageView): void {
    this.slot(key).update((item) => (item?.kind === 'message' ? change(item) : item));
  }

  send({ text: words, replyTo }: Outgoing): void {
    const quoted = replyTo === undefined ? undefined : this.slot(replyTo).get();
    const own = message(me, Date.now(), words, {
      delivery: { state: 'sending', since: Date.now() },
      ...(quoted?.kind === 'message'
        ? { replyTo: { key: quoted.key, name: quoted.author.name, excerpt: 'earlier' } }
        : {}),
    });
    this.append(own);
    setTimeout(() => {
      this.change(own.key, (sent) => ({
        ...sent,
        delivery: { state: 'sent', since: Date.now(), note: 'Sent' },
      }));
      if (words.includes('@scribe')) this.answer('A few words from the demonstration. '.repeat(60));
    }, 120);
  }

  /** Streams an answer at so many characters a second, one change per frame. */
  answer(words: string, pace = 200): void {
    const started = Date.now();
    const reply = message(scribe, started, [text('', true)], {
      answer: { state: 'streaming', since: started, mine: true },
    });
    this.append(reply);
    const step = (): void => {
      const item = this.slot(reply.key).get();
      if (item?.kind !== 'message' || item.answer?.state !== 'streaming') return;
      const shown = words.slice(0, Math.floor(((Date.now() - started) * pace) / 1000));
      const done = shown.length === words.length;
      this.change(reply.key, (before) => ({
        ...before,
        parts: [text(shown, !done)],
        answer: { state: done ? 'done' : 'streaming', since: started, endedAt: Date.now(), mine: true },
      }));
      requestAnimationFrame(step);
    };
    step();
  }

  edit(key: string, words: string): Promise<void> {
    this.change(key, (old) => ({ ...old, parts: [text(words)], edited: true }));
    return Promise.resolve();
  }

  remove(key: string): Promise<void> {
    this.change(key, (old) => ({ ...old, deleted: true }));
    return Promise.resolve();
  }

  react(): Promise<void> {
    return Promise.resolve();
  }

  retry(key: string): void {
    this.change(key, (old) => ({ ...old, delivery: { state: 'sending', since: Date.now() } }));
  }

  discard(key: string): void {
    this.log.update((log) => ({ ...log, keys: log.keys.filter((other) => other !== key) }));
  }

  loadOlder(): Promise<void> {
    if (this.older <= 0 || this.log.get().loading !== 'none') return Promise.resolve();
    this.log.update((log) => ({ ...log, loading: 'older' }));
    return new Promise((resolve) =>
      setTimeout(() => {
        const page = longHistory(this.slot(this.log.get().keys[0] ?? '').get()?.at ?? Date.now(), 50);
        for (const item of page) this.slot(item.key).set(item);
        this.older -= 1;
        this.log.update((log) => ({
          ...log,
          keys: [...page.map((item) => item.key), ...log.keys],
          hasOlder: this.older > 0,
          loading: 'none',
        }));
        resolve();
      }, 250),
    );
  }

  reveal(): Promise<void> {
    return Promise.resolve();
  }

  fillGap(): Promise<void> {
    return Promise.resolve();
  }

  markRead(): void {
    // Nobody counts here.
  }

  keystroke(): void {
    // Nobody watches here.
  }

  stop(key: string): Promise<void> {
    this.change(key, (old) => ({
      ...old,
      parts: old.parts.map((part) => (part.kind === 'text' ? { ...part, open: false } : part)),
      answer: { state: 'stopped', since: Date.now(), endedAt: Date.now(), by: me.name, mine: true },
    }));
    return Promise.resolve();
  }

  again(): Promise<void> {
    return Promise.resolve();
  }

  mark(key: string, mark: MarkView, active: boolean): Promise<void> {
    this.change(key, (old) => {
      const { pinned, hidden, ...rest } = old;
      const marks = { pinned, hidden, [mark]: active ? me.name : undefined };
      return {
        ...rest,
        ...(marks.pinned === undefined ? {} : { pinned: marks.pinned }),
        ...(marks.hidden === undefined ? {} : { hidden: marks.hidden }),
      };
    });
    return Promise.resolve();
  }

  retryTool(): Promise<void> {
    return Promise.resolve();
  }

  cancelTool(callId: string): Promise<void> {
    this.#changeTool(
      (call) => call.id === callId,
      (call) => ({ ...call, state: 'cancelling' }),
    );
    return Promise.resolve();
  }

  decide(approvalId: string, { action, scope = 'once', answer }: VerdictView): Promise<void> {
    const what = action === 'allow' ? 'allowed' : action === 'deny' ? 'denied' : 'answered';
    const decision: DecisionView = {
      what,
      scope,
      cause: 'person',
      by: me.name,
      at: Date.now(),
      ...(answer ? { answer: Object.values(answer).join(', ') } : {}),
    };
    const decided = (asked: ApprovalView): ApprovalView =>
      asked.id === approvalId ? { ...asked, decision } : asked;
    this.#changeTool(
      (call) => call.approval?.id === approvalId,
      (call) => ({
        ...call,
        state: action === 'deny' ? 'denied' : 'running',
        ...(call.approval ? { approval: decided(call.approval) } : {}),
      }),
    );
    for (const key of this.log.get().keys)
      this.change(key, (old) => (old.asks ? { ...old, asks: old.asks.map(decided) } : old));
    return Promise.resolve();
  }

  continueRun(run: string): Promise<void> {
    for (const key of this.log.get().keys)
      this.change(key, ({ waits, ...rest }) => {
        const left = waits?.filter((wait) => wait.run !== run) ?? [];
        return left.length > 0 ? { ...rest, waits: left } : rest;
      });
    return Promise.resolve();
  }

  slot(key: string): Writable<LogItem | undefined> {
    let slot = this.#items.get(key);
    if (!slot) {
      slot = writable<LogItem | undefined>(undefined);
      this.#items.set(key, slot);
    }
    return slot;
  }

  #changeTool(wanted: (call: ToolView) => boolean, change: (call: ToolView) => ToolView): void {
    for (const key of this.log.get().keys) {
      this.change(key, (old) => ({
        ...old,
        parts: old.parts.map((part): typeof part =>
          part.kind === 'tool' && wanted(part.call)
            ? ({ ...part, call: change(part.call) } satisfies ToolPart)
            : part,
        ),
      }));
    }
  }
}
