/** The one class of everything that can go wrong. */
import type { ErrorCode as WireErrorCode } from './generated/protocol.ts';

/** What kind of error: the server's codes, and those that only a client can know. */
export type ChatErrorCode =
  | WireErrorCode
  /** The connection ended before the answer came. */
  | 'disconnected'
  /** No answer came in time. */
  | 'timeout'
  /** `disconnect()` was called, or the room was left. */
  | 'closed'
  /** The outbox is full. */
  | 'outbox_full'
  /** The message waited too long. */
  | 'expired'
  /** The message was taken back before it was sent. */
  | 'discarded'
  /** The application's `auth` gave no token. */
  | 'auth_failed'
  /** The browser's storage does not work; what is in the outbox will not survive a reload. */
  | 'storage'
  /** The server said something that this SDK does not understand. */
  | 'protocol';

/** An error for two readers: `code` and `retryable` for the program, `message` for the person. */
export class ChatError extends Error {
  readonly code: ChatErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** The field at fault. */
  readonly field: string | undefined;
  /** The limit that was passed. */
  readonly limit: number | undefined;

  constructor(
    code: ChatErrorCode,
    message: string,
    more: {
      retryable?: boolean;
      retryAfterMs?: number | undefined;
      field?: string | undefined;
      limit?: number | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'ChatError';
    this.code = code;
    this.retryable = more.retryable ?? (code === 'disconnected' || code === 'timeout');
    this.retryAfterMs = more.retryAfterMs;
    this.field = more.field;
    this.limit = more.limit;
  }
}

/** The error that the server described. */
export function fromWire(error: {
  code: WireErrorCode;
  message: string;
  retryable: boolean;
  retry_after_ms?: number;
  field?: string;
  limit?: number;
}): ChatError {
  return new ChatError(error.code, error.message, { ...error, retryAfterMs: error.retry_after_ms });
}

/** Anything that was thrown, as a `ChatError`. */
export function toChatError(cause: unknown, code: ChatErrorCode, message: string): ChatError {
  return cause instanceof ChatError ? cause : new ChatError(code, message, { cause });
}
