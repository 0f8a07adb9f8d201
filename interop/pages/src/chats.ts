// The `Chat` of the AI SDK in each of its versions, without React: what `useChat` is around it.
import { AbstractChat as Chat7 } from 'ai';
import { AbstractChat as Chat5 } from 'ai-5';
import { AbstractChat as Chat6 } from 'ai-6';
import { expect } from 'vitest';

/** A major version of the package `ai`. */
export type Version = 5 | 6 | 7;

/** A part with the fields of all kinds. */
export interface Part {
  readonly type: string;
  readonly text?: string;
  readonly state?: string;
  readonly toolName?: string;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly errorText?: string;
  readonly preliminary?: boolean;
  readonly approval?: { readonly id: string; readonly approved?: boolean; readonly reason?: string };
  readonly url?: string;
  readonly data?: unknown;
}

/** A message as a page holds it. */
export interface Message {
  readonly id: string;
  readonly role: string;
  readonly parts: readonly Part[];
}

/** What all versions have in common. */
export interface PageChat {
  readonly id: string;
  messages: Message[];
  readonly status: string;
  readonly error: Error | undefined;
  sendMessage(message?: { text: string; messageId?: string }): Promise<void>;
  regenerate(): Promise<void>;
  stop(): Promise<void>;
  resumeStream(): Promise<void>;
  addToolApprovalResponse(answer: { id: string; approved: boolean; reason?: string }): Promise<void>;
  /** Every picture of the answer that the page was given, the oldest first. */
  readonly pictures: readonly Message[];
}

/** What a chat is made of. */
export interface Init {
  readonly id: string;
  readonly transport: unknown;
  readonly messages?: readonly Message[];
  readonly sendAutomaticallyWhen?: unknown;
  readonly onData?: (part: unknown) => void;
}

/** What React keeps for a chat, kept here. */
class State {
  status = 'ready';
  error: Error | undefined;
  messages: Message[];
  readonly pictures: Message[] = [];

  constructor(messages: readonly Message[]) {
    this.messages = [...messages];
  }

  readonly pushMessage = (message: Message): void => {
    this.messages = [...this.messages, structuredClone(message)];
    this.pictures.push(structuredClone(message));
  };
  readonly popMessage = (): void => {
    this.messages = this.messages.slice(0, -1);
  };
  readonly replaceMessage = (index: number, message: Message): void => {
    this.messages = this.messages.with(index, structuredClone(message));
    this.pictures.push(structuredClone(message));
  };
  readonly snapshot = <T>(thing: T): T => structuredClone(thing);
}

const CHATS = { 5: Chat5, 6: Chat6, 7: Chat7 };

/** A chat of this version. */
export function chat(version: Version, { messages = [], ...init }: Init): PageChat {
  const state = new State(messages);
  // Abstract by name only: frameworks bring nothing but the state.
  const Chat = CHATS[version] as unknown as new (init: object) => PageChat;
  const made = new Chat({ ...init, state });
  return Object.assign(made, { pictures: state.pictures });
}

/** Waits until a chat is at rest. */
export async function rest(page: PageChat): Promise<void> {
  await expect.poll(() => page.status).toMatch(/ready|error/);
}

/** The last answer that a page shows. */
export function answer(page: PageChat): Message | undefined {
  return page.messages.findLast(({ role }) => role === 'assistant');
}

/** Its words. */
export function words(message: Message | undefined): string {
  return (message?.parts ?? []).flatMap(({ type, text }) => (type === 'text' ? [text ?? ''] : [])).join('');
}

/** Its tool calls. */
export function tools(message: Message | undefined): readonly Part[] {
  return (message?.parts ?? []).filter(({ type }) => type === 'dynamic-tool');
}
