// A person in one room with bots: says something, follows the runs that come of it, and keeps what the wire said.
import { randomUUID } from 'node:crypto';
import { Wire, guest, wholeLog, type Frame, type Guest } from '@antiphon/e2e/wire';
import { Listener } from './listener.ts';

/** States of a run that are final. */
export const FINAL = ['completed', 'failed', 'cancelled', 'timed_out', 'interrupted'];

/** A run as an entry tells it; `protocol/schema.json` has all its fields. */
export interface Run {
  readonly run: string;
  readonly bot: string;
  readonly state: string;
  readonly [field: string]: unknown;
}

/** A part of a message, with the fields of all kinds. */
export interface Part {
  readonly type: string;
  readonly text?: string;
  readonly name?: string;
  readonly state?: string;
  readonly tool_call?: string;
  readonly arguments?: unknown;
  readonly result?: unknown;
  readonly output?: string;
  readonly error?: string;
  readonly [field: string]: unknown;
}

/** A message as the log has it. */
export interface Message {
  readonly id: string;
  readonly sender: string;
  readonly status: string;
  readonly parts: readonly Part[];
  readonly run?: string;
  readonly [field: string]: unknown;
}

/** How a question was answered. */
export interface Outcome {
  /** The run in its final state. */
  readonly run: Run;
  /** All states that the room was told, in order. */
  readonly states: readonly string[];
  /** What the bot said; a run may end without. */
  readonly message: Message | undefined;
}

/** What people are asked. */
export interface Question {
  readonly approval: string;
  readonly run: string;
  readonly [field: string]: unknown;
}

/** A server as people know it. */
type Server = Readonly<{ url: string }>;

/** One person's connection to one room. */
export class Chat implements Disposable {
  readonly room: string;
  readonly who: Guest;
  readonly wire: Wire;
  readonly #server: Server;
  readonly #listener: Listener;

  private constructor(server: Server, room: string, who: Guest, wire: Wire) {
    this.#server = server;
    this.room = room;
    this.who = who;
    this.wire = wire;
    this.#listener = new Listener(wire);
  }

  /** A person in a private room with a bot, which answers everything there. */
  static async with(server: Server, bot: string, who?: Guest): Promise<Chat> {
    who ??= await guest(server.url, 'Mara');
    const wire = await Wire.open(server.url, who);
    const id = randomUUID();
    accepted(await wire.ask({ type: 'create_room', id, name: 'Talk', kind: 'session', members: [bot] }));
    return Chat.#join(server, id, who, wire);
  }

  /** A person in a room that is open to all. */
  static async in(server: Server, room = 'general', who?: Guest): Promise<Chat> {
    who ??= await guest(server.url, 'Mara');
    return Chat.#join(server, room, who, await Wire.open(server.url, who));
  }

  static async #join(server: Server, room: string, who: Guest, wire: Wire): Promise<Chat> {
    accepted(await wire.ask({ type: 'join_room', room }));
    return new Chat(server, room, who, wire);
  }

  /** Says something and waits until it is committed; answers with the id of the message. */
  async say(text: string): Promise<string> {
    const id = randomUUID();
    accepted(await this.wire.say(this.room, text, id));
    return id;
  }

  /** Asks for something else of the protocol in this room; an error is an error. */
  async ask(type: string, fields: Readonly<Record<string, unknown>>): Promise<Frame> {
    return accepted(await this.wire.ask({ type, room: this.room, ...fields }));
  }

  /** Asks for something that is refused, and answers with the error. */
  async refused(type: string, fields: Readonly<Record<string, unknown>>): Promise<Frame> {
    const answer = await this.wire.ask({ type, room: this.room, ...fields });
    if (answer?.type !== 'error') throw new Error(`${type} was not refused: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Waits for a frame, of those that have come or are to come. */
  frame(what: string, is: (frame: Frame) => boolean): Promise<Frame> {
    return this.#listener.frame(what, is);
  }

  /** Waits until the run of a message is in this state, and answers with it. */
  async runIs(trigger: string, ...states: readonly string[]): Promise<Run> {
    const frame = await this.frame(`a run that is ${states.join(' or ')}`, (frame) => {
      return (
        frame.type === 'run_changed' && isFor(frame, trigger) && states.includes(frame['state'] as string)
      );
    });
    return frame as unknown as Run;
  }

  /** Waits until people are asked something about a message, and answers with what. */
  async question(trigger: string): Promise<Question> {
    const { run } = await this.runIs(trigger, 'waiting_approval');
    const frame = await this.frame('a question', (frame) => {
      return frame.type === 'approval_requested' && (frame['approval'] as Question).run === run;
    });
    return frame['approval'] as Question;
  }

  /** Waits until a tool runs for a message, and answers with its call. */
  async toolAtWork(trigger: string): Promise<string> {
    const { run } = await this.runIs(trigger, 'processing');
    const { message } = await this.frame('an answer', (frame) => {
      return frame.type === 'message' && (frame['message'] as Message).run === run;
    });
    const { id } = message as Message;
    const frame = await this.frame('a tool at work', (frame) => {
      return frame.type === 'tool_changed' && frame['state'] === 'running' && frame['message_id'] === id;
    });
    return frame['tool_call'] as string;
  }

  /** Waits until a message is answered, however that ends. */
  async outcome(trigger: string): Promise<Outcome> {
    const run = await this.runIs(trigger, ...FINAL);
    const states = this.wire.frames.filter((frame) => frame.type === 'run_changed' && isFor(frame, trigger));
    const log = await this.log();
    const message = messages(log).find((message) => message.run === run.run);
    return { run, states: states.map((frame) => frame['state'] as string), message };
  }

  /** Says something and waits until it is answered. */
  async answer(text: string): Promise<Outcome> {
    return this.outcome(await this.say(text));
  }

  /** The whole log of the room as it is stored. */
  log(): Promise<readonly Frame[]> {
    return wholeLog(this.#server.url, this.who, this.room);
  }

  [Symbol.dispose](): void {
    this.wire.close();
  }
}

/** The messages of a log, oldest first, as they are now. */
export function messages(log: readonly Frame[]): readonly Message[] {
  return log.flatMap((entry) => (entry.type === 'message' ? [entry['message'] as Message] : []));
}

/** The words of a message: its text parts, a paragraph each. */
export function words(message: Message | undefined): string {
  const texts = message?.parts.filter(({ type }) => type === 'text') ?? [];
  return texts.map(({ text }) => text ?? '').join('\n\n');
}

/** The tool calls of a message, in order. */
export function tools(message: Message | undefined): readonly Part[] {
  return message?.parts.filter(({ type }) => type === 'tool_call') ?? [];
}

/** The answer to a request, unless it is an error. */
export function accepted(answer: Frame | undefined): Frame {
  if (answer === undefined) throw new Error('the connection ended before the answer came');
  if (answer.type === 'error') throw new Error(`refused: ${JSON.stringify(answer)}`);
  return answer;
}

function isFor(frame: Frame, trigger: string): boolean {
  return frame['trigger'] === trigger;
}
