/**
 * What a page was told of an answer, and what it has to be told next: the difference between the answer as it is and what was
 * told of it. The server does the same for pages that connect to it; `protocol/ai-sdk` has the table that holds both to it.
 */
import { isFinalRun, type Run } from '../model/agent.ts';
import type { Approval } from '../model/approval.ts';
import type { Message } from '../model/message.ts';
import type { Part } from '../model/part.ts';
import { Texts } from './texts.ts';
import { isAboutTool, Tools } from './tools.ts';
import { type AiVersion, type Chunk7, fieldsOf, isTool, type UIMessageLike } from './words.ts';

/** An answer as it is now. */
export interface Picture {
  readonly room: string;
  readonly run: Run;
  /** The message, once there is one. */
  readonly message: Message | undefined;
  /** What the run asked, decided or not, oldest first. */
  readonly approvals: readonly Approval[];
}

/** What a page was told of one answer. */
export class Shown {
  readonly #version: AiVersion;
  readonly #texts = new Texts();
  readonly #tools: Tools;
  /** Which call was told at which index. */
  readonly #calls = new Map<number, string>();
  /** Files, data and plans by the index of their part, as JSON. */
  readonly #values = new Map<number, string>();
  /** Questions that are told as data, as they were told. */
  readonly #asks = new Map<string, string>();
  #heldFiles = 0;
  #begun = false;
  #state: Run['state'] | undefined;
  /** Nothing more is to be told. */
  over = false;

  constructor(version: AiVersion) {
    this.#version = version;
    this.#tools = new Tools(version);
  }

  /** The page holds so much of the answer already. */
  hold(message: UIMessageLike): void {
    for (const part of message.parts.map(fieldsOf)) {
      const index = part.providerMetadata?.antiphon?.part;
      if (isTool(part)) this.#tools.hold(part);
      else if (part.type === 'file') this.#heldFiles += 1;
      else if (index !== undefined && part.text !== undefined) this.#texts.hold(index, part.text);
    }
  }

  /** What the page has to be told so that it shows the answer as it is. */
  tell(now: Picture): Chunk7[] {
    const chunks: Chunk7[] = [];
    if (this.over) return chunks;
    const parts = now.message?.parts ?? [];
    this.#tellRun(now, chunks);
    this.#tellStart(now, chunks);
    this.#forgetVoid(parts, chunks);
    this.#tellParts(parts, now.approvals, isFinalRun(now.run.state), chunks);
    for (const approval of now.approvals) this.#tellAsk(approval, chunks);
    this.#tellEnd(now, chunks);
    return chunks;
  }

  /** The parts alone; `late` says that nothing more comes. */
  tellWhole(parts: readonly Part[], approvals: readonly Approval[], late: boolean): Chunk7[] {
    const chunks: Chunk7[] = [];
    this.#tellParts(parts, approvals, late, chunks);
    if (!late) return chunks;
    this.#texts.close(chunks);
    this.#tools.giveUp(chunks);
    return chunks;
  }

  /** What the bot is at; for as long as there is nothing to read. */
  #tellRun({ run }: Picture, chunks: Chunk7[]): void {
    if (run.state === this.#state || isFinalRun(run.state)) return;
    this.#state = run.state;
    const data = { run: run.id, bot: run.bot, state: run.state };
    chunks.push({ type: 'data-antiphon-run', data, transient: true });
  }

  #tellStart({ room, run, message }: Picture, chunks: Chunk7[]): void {
    if (this.#begun || !message) return;
    this.#begun = true;
    const at = new Date(run.startedAt ?? run.createdAt).toISOString();
    const author = { room, sender: run.bot, run: run.id, at };
    chunks.push({ type: 'start', messageId: message.id, messageMetadata: { antiphon: author } });
  }

  /** Another attempt writes the answer anew. */
  #forgetVoid(parts: readonly Part[], chunks: Chunk7[]): void {
    const texts = [...this.#texts.told].some(([index, text]) => !textAt(parts, index).startsWith(text));
    const calls = [...this.#calls].some(([index, id]) => callAt(parts, index) !== id);
    const values = [...this.#values.keys()].some((index) => index >= parts.length);
    if (!texts && !calls && !values) return;
    if (this.#version >= 7) chunks.push({ type: 'reset-step' });
    else {
      this.#texts.close(chunks);
      this.#tools.giveUp(chunks);
    }
    this.#texts.forget();
    this.#tools.forget();
    this.#calls.clear();
    this.#values.clear();
    this.#asks.clear();
  }

  #tellParts(parts: readonly Part[], approvals: readonly Approval[], late: boolean, chunks: Chunk7[]): void {
    parts.forEach((part, index) => {
      if (part.type !== 'tool_call') return this.#tellPart(index, part, chunks);
      if (!this.#tools.knows(part.id)) this.#texts.close(chunks);
      this.#tools.tell(part, approvals, late, chunks);
      this.#calls.set(index, part.id);
    });
  }

  #tellPart(index: number, part: Exclude<Part, { type: 'tool_call' }>, chunks: Chunk7[]): void {
    switch (part.type) {
      case 'text':
      case 'reasoning':
        return this.#texts.tell(part.type, index, part.text, chunks);
      case 'file':
        if (this.#heldFiles > 0 && !this.#values.has(index)) {
          this.#heldFiles -= 1;
          this.#values.set(index, '');
        } else if (part.url !== '' && !this.#values.has(index)) {
          this.#texts.close(chunks);
          this.#values.set(index, '');
          chunks.push({ type: 'file', url: part.url, mediaType: part.mediaType });
        }
        return;
      case 'data':
        return this.#tellData(index, part.name, part.value, chunks);
      case 'plan':
        return this.#tellData(index, 'plan', { items: part.items }, chunks);
    }
  }

  #tellData(index: number, name: string, data: unknown, chunks: Chunk7[]): void {
    const told = JSON.stringify(data);
    if (this.#values.get(index) === told) return;
    this.#texts.close(chunks);
    this.#values.set(index, told);
    chunks.push({ type: `data-${name}`, id: `${index}`, data });
  }

  /** What the SDK has no word for: questions, and permissions that are about no tool call. */
  #tellAsk(approval: Approval, chunks: Chunk7[]): void {
    if (isAboutTool(approval) && this.#version >= 6) return;
    const data = described(approval);
    // Without a message there is nothing to keep it in; it is told again once there is.
    const told = JSON.stringify([this.#begun, data]);
    if (this.#asks.get(approval.id) === told) return;
    this.#asks.set(approval.id, told);
    const transient = this.#begun ? {} : { transient: true as const };
    chunks.push({ type: 'data-antiphon-approval', id: approval.id, data, ...transient });
  }

  #tellEnd({ run }: Picture, chunks: Chunk7[]): void {
    if (isFinalRun(run.state)) {
      this.#texts.close(chunks);
      this.#tools.giveUp(chunks);
      chunks.push(ending(run));
      this.over = true;
    } else if (this.#version >= 6 && this.#tools.waitForPeople) {
      // The page sends the answer when its stream has ended, and not before.
      this.#texts.close(chunks);
      chunks.push({ type: 'finish', finishReason: 'tool-calls' });
      this.over = true;
    }
  }
}

function textAt(parts: readonly Part[], index: number): string {
  const part = parts[index];
  return part?.type === 'text' || part?.type === 'reasoning' ? part.text : '';
}

function callAt(parts: readonly Part[], index: number): string | undefined {
  const part = parts[index];
  return part?.type === 'tool_call' ? part.id : undefined;
}

/** A question as data. */
function described(approval: Approval): Record<string, unknown> {
  const { id, kind, prompt, tool, toolCall, arguments: args, schema, deadline, decision } = approval;
  const made = decision && {
    action: decision.action,
    by: decision.by,
    reason: decision.reason,
    content: decision.content,
  };
  const all = { id, kind, prompt, tool, toolCall, arguments: args, schema, decision: made && given(made) };
  return given({ ...all, deadline: new Date(deadline).toISOString() });
}

/** Without the fields that are not there. */
function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** The last word about a run. */
function ending(run: Run): Chunk7 {
  switch (run.state) {
    case 'cancelled': {
      const by = run.cancellation?.by;
      return { type: 'abort', reason: by === undefined ? 'stopped' : `stopped by ${by}` };
    }
    case 'failed':
      return { type: 'error', errorText: run.error || 'the agent failed' };
    case 'timed_out':
      return { type: 'error', errorText: run.error || 'the agent took too long' };
    case 'interrupted':
      return { type: 'error', errorText: run.error || 'the agent or the server went away; ask again' };
    default: {
      const spent = run.usage.length > 0 && { messageMetadata: { antiphon: { usage: run.usage } } };
      return { type: 'finish', finishReason: 'stop', ...spent };
    }
  }
}
