/** The tool calls of a room, found in the parts of its messages. */
import type { Message } from '../model/message.ts';
import { isFinalTool, type ToolExecution } from '../model/part.ts';
import type { Tools } from './room.ts';

/** Tool calls by id, in the order in which they appeared. */
export class ToolIndex implements Tools {
  readonly #calls = new Map<string, ToolExecution>();
  readonly #sources = new Map<string, Message>();
  readonly cancel: Tools['cancel'];
  #all: readonly ToolExecution[] | undefined;
  #active: readonly ToolExecution[] | undefined;

  constructor(cancel: Tools['cancel']) {
    this.cancel = cancel;
  }

  /** Every call of the messages held. */
  get all(): readonly ToolExecution[] {
    this.#all ??= [...this.#calls.values()];
    return this.#all;
  }

  /** Calls that are not over. */
  get active(): readonly ToolExecution[] {
    this.#active ??= this.all.filter(({ state }) => !isFinalTool(state));
    return this.#active;
  }

  get(call: string): ToolExecution | undefined {
    return this.#calls.get(call);
  }

  /** A message has this picture now, or is gone; gives the calls that changed. */
  update(key: string, message: Message | undefined): ToolExecution[] {
    const before = this.#sources.get(key);
    if (before === message) return [];
    const changed: ToolExecution[] = [];
    const ids = new Set<string>();
    message?.parts.forEach((part, index) => {
      if (part.type !== 'tool_call') return;
      ids.add(part.id);
      if (before?.parts[index] === part) return;
      const { room, sender: bot, run } = message;
      const execution: ToolExecution = { ...part, room, messageKey: key, bot, run };
      this.#calls.set(part.id, execution);
      changed.push(execution);
    });
    const lost = before?.parts.filter((part) => part.type === 'tool_call' && !ids.has(part.id)) ?? [];
    for (const part of lost) if (part.type === 'tool_call') this.#calls.delete(part.id);
    if (message && ids.size > 0) this.#sources.set(key, message);
    else this.#sources.delete(key);
    if (changed.length > 0 || lost.length > 0) this.#all = this.#active = undefined;
    return changed;
  }
}
