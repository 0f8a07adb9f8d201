/** What can go wrong for a bot. */
import type { ErrorCode } from './generated/protocol.ts';

/** What kind of error: the server's codes, and those that only a bot can know. */
export type BotErrorCode =
  | ErrorCode
  /** The connection ended before the answer came. The SDK says it again by itself. */
  | 'disconnected'
  /** The run is over, or is no longer this bot's: nothing more of it is accepted. */
  | 'run_over'
  /** Somebody stopped the run. */
  | 'run_stopped'
  /** Somebody stopped the tool call. */
  | 'tool_stopped'
  /** The tool call took too long. */
  | 'tool_timed_out'
  /** People said no. */
  | 'denied'
  /** `close()` was called. */
  | 'closed'
  /** There is no WebSocket here, or the server said something that this SDK does not understand. */
  | 'protocol';

/** An error for two readers: `code` for the program, `message` for the person. */
export class BotError extends Error {
  readonly code: BotErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** The field at fault. */
  readonly field: string | undefined;
  /** The limit that was passed. */
  readonly limit: number | undefined;

  constructor(
    code: BotErrorCode,
    message: string,
    more: {
      retryable?: boolean;
      retryAfterMs?: number;
      field?: string;
      limit?: number;
      cause?: unknown;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'BotError';
    this.code = code;
    this.retryable = more.retryable ?? code === 'disconnected';
    this.retryAfterMs = more.retryAfterMs;
    this.field = more.field;
    this.limit = more.limit;
  }
}

/** To be thrown by a tool: what went wrong may not come again. People can then ask for another try. */
export class TryAgain extends Error {
  override readonly name = 'TryAgain';
}

/** The error that the server described. */
export function fromWire(error: {
  code: ErrorCode;
  message: string;
  retryable: boolean;
  retry_after_ms?: number;
  field?: string;
  limit?: number;
}): BotError {
  const { retry_after_ms: retryAfterMs, ...rest } = error;
  return new BotError(error.code, error.message, {
    ...rest,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** What anything that was thrown says. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message || thrown.name;
  return typeof thrown === 'string' ? thrown : 'the bot failed';
}
