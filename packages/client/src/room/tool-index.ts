/** The tool calls of a room, found in the parts of its messages. */
import { ChatError } from '../errors.ts';
import type { Decided, Verdict } from '../model/approval.ts';
import type { Message } from '../model/message.ts';
import { isFinalTool, type ToolExecution } from '../model/part.ts';
import { Catalog } from '../store/catalog.ts';
import { cancel } from './actions.ts';
import type { ApprovalBook } from './approvals.ts';
import type { Place } from './core.ts';
import type { Tools } from './room.ts';

/** Tool calls by id, in the order in which they appeared. */
export class ToolIndex implements Tools {
  readonly #place: Place;
  readonly #approvals: ApprovalBook;
  readonly #calls = new Catalog<ToolExecution>();
  readonly #sources = new Map<string, Message>();

  constructor(place: Place, approvals: ApprovalBook) {
    this.#place = place;
    this.#approvals = approvals;
  }

  /** Every call of the messages held. */
  get all(): readonly ToolExecution[] {
    return this.#calls.picture(allOf);
  }

  /** Calls that are not over. */
  get active(): readonly ToolExecution[] {
    return this.#calls.picture(activeOf);
  }

  get(call: string): ToolExecution | undefined {
    return this.#calls.get(call);
  }

  cancel(call: string): Promise<void> {
    return cancel(this.#place.core, { room: this.#place.id, tool_call: call });
  }

  approve(call: string, { note, ...more }: Parameters<Tools['approve']>[1] = {}): Promise<Decided> {
    return this.#decide(call, { action: 'approve', ...more, reason: note } as Verdict);
  }

  deny(call: string, more?: Parameters<Tools['deny']>[1]): Promise<Decided> {
    return this.#decide(call, { action: 'deny', ...more });
  }

  /** A message has this picture now, or is gone; gives the calls that changed. */
  update(key: string, message: Message | undefined): ToolExecution[] {
    const before = this.#sources.get(key);
    if (before === message) return [];
    const changed: ToolExecution[] = [];
    const gone = new Set(before?.parts.flatMap((part) => (part.type === 'tool_call' ? [part.id] : [])));
    this.#sources.delete(key);
    message?.parts.forEach((part, index) => {
      if (part.type !== 'tool_call') return;
      this.#sources.set(key, message);
      gone.delete(part.id);
      if (before?.parts[index] === part) return;
      const { room, sender: bot, run } = message;
      changed.push({ ...part, room, messageKey: key, bot, run });
    });
    for (const call of changed) this.#calls.set(call.id, call);
    for (const id of gone) this.#calls.delete(id);
    return changed;
  }

  async #decide(call: string, verdict: Verdict): Promise<Decided> {
    const approval = this.get(call)?.approval;
    if (approval === undefined) throw new ChatError('conflict', 'nothing is asked');
    return this.#approvals.decide(approval, verdict);
  }
}

function allOf(calls: ToolExecution[]): readonly ToolExecution[] {
  return calls;
}

function activeOf(calls: ToolExecution[]): readonly ToolExecution[] {
  return calls.filter(({ state }) => !isFinalTool(state));
}
