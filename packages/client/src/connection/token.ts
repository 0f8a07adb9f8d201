/** Tokens: asked for once at a time, kept while they are good. */
import { ChatError, toChatError } from '../errors.ts';
import type { Failure } from './close.ts';

/** Why a token is asked for. */
export type AuthReason = 'connect' | 'expiring' | 'rejected';

/** Where tokens come from: a token, or a function that is asked when one is needed. `null` means that there is none. */
export type Auth =
  | string
  | ((request: {
      reason: AuthReason;
      signal: AbortSignal;
    }) => string | null | undefined | Promise<string | null | undefined>);

/** What asking for a token gave. */
export type TokenResult = { readonly token: string } | Failure;

/** A token is not used so close to its end. */
const TOO_CLOSE_MS = 5_000;

/** Asks `auth`, one call at a time. */
export class Tokens {
  readonly #auth: Auth;
  #held: { token: string; expiresAt: number } | undefined;
  #asking: { abort: AbortController; result: Promise<TokenResult> } | undefined;

  constructor(auth: Auth) {
    this.#auth = auth;
  }

  /** Whether another token can be had at all. */
  get renewable(): boolean {
    return typeof this.#auth === 'function';
  }

  /** The server accepted this token until then. */
  accepted(token: string, expiresAt: number): void {
    this.#held = { token, expiresAt };
  }

  /** Stops asking. */
  drop(): void {
    this.#asking?.abort.abort();
    this.#asking = undefined;
  }

  /** Whoever comes next may be someone else: keeps nothing. */
  forget(): void {
    this.drop();
    this.#held = undefined;
  }

  /** A token; the one that is held if it is still good and was not refused. */
  async get(reason: AuthReason, now: number): Promise<TokenResult> {
    const held = this.#held;
    if (reason === 'connect' && held && held.expiresAt - TOO_CLOSE_MS > now) return held;
    this.#held = undefined;
    if (!this.#asking) {
      const abort = new AbortController();
      this.#asking = { abort, result: this.#ask(reason, abort.signal) };
    }
    const asking = this.#asking;
    const result = await asking.result;
    if (this.#asking === asking) this.#asking = undefined;
    return result;
  }

  async #ask(reason: AuthReason, signal: AbortSignal): Promise<TokenResult> {
    try {
      const auth = this.#auth;
      // The one token that there is does not get better.
      const fixed = typeof auth === 'string';
      const token = fixed ? reason !== 'rejected' && auth : await auth({ reason, signal });
      if (typeof token === 'string') return { token };
      return { final: 'yes', error: new ChatError('unauthenticated', '`auth` gave no token') };
    } catch (cause) {
      return { final: 'no', error: toChatError(cause, 'auth_failed', '`auth` gave no token') };
    }
  }
}
