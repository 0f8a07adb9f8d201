/** The one class of everything that can go wrong. */
import type { ErrorCode as WireErrorCode } from './generated/protocol.ts';

/** What kind of error: the server's codes, and those that only a client can know. */
export type ChatErrorCode =
  | WireErrorCode
  /** The connection ended before the answer came. */
  | 'disconnected'
  /** The server speaks another version of the protocol: what is needed is a newer client. */
  | 'outdated'
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
  declare readonly code: ChatErrorCode;
  declare readonly retryable: boolean;
  declare readonly retryAfterMs: number | undefined;
  /** The field at fault. */
  declare readonly field: string | undefined;
  /** The limit that was passed. */
  declare readonly limit: number | undefined;

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
    super(message);
    const retryable = code === 'disconnected' || code === 'timeout';
    Object.assign(this, { name: 'ChatError', code, retryable, ...more });
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
  const { code, message, retryable, retry_after_ms: retryAfterMs, field, limit } = error;
  return new ChatError(code, message, { retryable, retryAfterMs, field, limit });
}

/** Anything that was thrown, as a `ChatError`. */
export function toChatError(cause: unknown, code: ChatErrorCode, message: string): ChatError {
  return cause instanceof ChatError ? cause : new ChatError(code, message, { cause });
}
