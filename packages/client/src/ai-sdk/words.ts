/**
 * The words of the AI SDK, declared by their shape so that the package `ai` is nobody's dependency. Which words there are
 * depends on its version: what an older one does not know is told in other words, or left out.
 */

/** A major version of the package `ai`. */
export type AiVersion = 5 | 6 | 7;

/** A message of the SDK, as far as we look at it. */
export interface UIMessageLike {
  readonly id: string;
  readonly role: string;
  readonly parts: readonly UIPartLike[];
}

/** A part of it. */
export interface UIPartLike {
  readonly type: string;
}

/** What an SDK message has no word for, under `metadata.antiphon`. */
export type Author = {
  room: string;
  /** Id of the user who said it. */
  sender: string;
  run?: string;
  at: string;
};

/** A message as we make it. */
export interface UIMessage {
  id: string;
  role: 'user' | 'assistant';
  metadata: { antiphon: Author };
  parts: UIPart[];
}

/** A part as we make it, with the fields of all kinds. */
export interface UIPart {
  type: string;
  text?: string;
  state?: string;
  id?: string;
  data?: unknown;
  url?: string;
  mediaType?: string;
  filename?: string;
  toolName?: string;
  toolCallId?: string;
  title?: string;
  providerExecuted?: boolean;
  input?: unknown;
  output?: unknown;
  errorText?: string;
  preliminary?: boolean;
  approval?: { id: string; approved?: boolean; reason?: string };
  providerMetadata?: { antiphon?: { part: number } };
  resultProviderMetadata?: { antiphon: { state: string } };
}

/** That a tool runs on our side: otherwise the SDK would ask the page to run it. */
export type Ours = { dynamic: true; providerExecuted: true };

/** What is said of a tool call each time its arguments are. */
export type Tool = { toolCallId: string; toolName: string; title?: string };

type Place = { antiphon: { part: number } };

/** What every version knows. */
export type AnyChunk =
  | { type: 'start'; messageId: string; messageMetadata: { antiphon: Author } }
  | { type: 'text-start'; id: string; providerMetadata: Place }
  | { type: 'text-delta'; id: string; delta: string }
  | { type: 'text-end'; id: string }
  | { type: 'reasoning-start'; id: string; providerMetadata: Place }
  | { type: 'reasoning-delta'; id: string; delta: string }
  | { type: 'reasoning-end'; id: string }
  | ({ type: 'tool-input-start' } & Tool & Ours)
  | { type: 'tool-input-delta'; toolCallId: string; inputTextDelta: string }
  | ({ type: 'tool-input-available'; input: unknown } & Tool & Ours)
  | ({ type: 'tool-output-available'; toolCallId: string; output: unknown; preliminary?: true } & Ours)
  | ({
      type: 'tool-output-error';
      toolCallId: string;
      errorText: string;
      providerMetadata: { antiphon: { state: string } };
    } & Ours)
  | { type: 'file'; url: string; mediaType: string }
  | { type: `data-${string}`; id?: string; data: unknown; transient?: true }
  | { type: 'finish'; finishReason: 'stop' | 'tool-calls'; messageMetadata?: unknown }
  | { type: 'abort'; reason: string }
  | { type: 'error'; errorText: string };

/** What version 6 knows. */
export type Chunk6 =
  | AnyChunk
  | { type: 'tool-approval-request'; approvalId: string; toolCallId: string; reason?: string }
  | { type: 'tool-output-denied'; toolCallId: string };

/** What version 7 knows. */
export type Chunk7 =
  | Chunk6
  | { type: 'tool-approval-response'; approvalId: string; approved: boolean; reason?: string }
  | { type: 'reset-step' };

/** What a version knows. */
export type ChunkOf<V extends AiVersion> = V extends 5 ? AnyChunk : V extends 6 ? Chunk6 : Chunk7;

/** The part with all its fields, whoever made it. */
export function fieldsOf(part: UIPartLike): UIPart {
  return part;
}

/** Whether a part shows a tool call. */
export function isTool({ type }: UIPartLike): boolean {
  return type === 'dynamic-tool' || type.startsWith('tool-');
}
