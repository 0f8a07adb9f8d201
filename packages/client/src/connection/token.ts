/** Tokens: asked for once at a time, kept while they are good. */
import { ChatError, toChatError } from '../errors.ts';

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
export type TokenResult = { readonly token: string } | { readonly error: ChatError; readonly final: boolean };

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
  get(reason: AuthReason, now: number): Promise<TokenResult> {
    const held = this.#held;
    if (reason === 'connect' && held && held.expiresAt - TOO_CLOSE_MS > now)
      return Promise.resolve({ token: held.token });
    this.#held = undefined;
    if (this.#asking) return this.#asking.result;
    const abort = new AbortController();
    const result = this.#ask(reason, abort.signal);
    const asking = { abort, result };
    this.#asking = asking;
    void result.then(() => {
      if (this.#asking === asking) this.#asking = undefined;
    });
    return result;
  }

  async #ask(reason: AuthReason, signal: AbortSignal): Promise<TokenResult> {
    if (typeof this.#auth === 'string') {
      if (reason !== 'rejected') return { token: this.#auth };
      return { final: true, error: new ChatError('token_refused', 'the server refused the token') };
    }
    try {
      const token = await this.#auth({ reason, signal });
      if (typeof token === 'string') return { token };
      return {
        final: true,
        error: new ChatError('unauthenticated', '`auth` gave no token'),
      };
    } catch (cause) {
      return { final: false, error: toChatError(cause, 'auth_failed', '`auth` could not get a token') };
    }
  }
}
