/** Who is signed in: a guest whose token is kept on this device, renewed in time, and forgotten when it is refused. */
import {
  type Auth,
  ChatError,
  getConfig,
  type GuestToken,
  refreshGuest,
  signInGuest,
  type User,
} from '@antiphon/client';
import { type Readable, writable } from '@antiphon/react/ui/kit';
import type { SessionView } from './page.ts';

const KEY = 'antiphon.guest';
const ENDED = 'Your session has ended. Come in again; what you wrote is kept.';

/** A token and when it was given, to know when half of its life is over. */
interface Kept extends GuestToken {
  readonly since: number;
}

export class Guest {
  readonly #url: string;
  readonly #session = writable<SessionView>({ state: 'restoring' });
  #kept: Kept | undefined;

  constructor(url: string) {
    this.#url = url;
    this.#kept = load();
    if (this.#kept) this.#session.set({ state: 'signed_in', me: this.#kept.user });
  }

  get session(): Readable<SessionView> {
    return this.#session;
  }

  /** Who is signed in; the same object for as long as it is the same user. */
  get user(): User | undefined {
    return this.#kept?.user;
  }

  /** Shows the door, if nobody is signed in. */
  async welcome(): Promise<void> {
    if (this.#kept) return;
    // A server that does not answer will say so when somebody comes in.
    const guests = await getConfig({ url: this.#url }).then(
      (config) => config.guests,
      () => true,
    );
    if (!this.user) this.#session.set({ state: 'signed_out', guests });
  }

  async signIn(name: string): Promise<void> {
    this.#take(await signInGuest(name, { url: this.#url }));
  }

  signOut(): void {
    this.#end();
  }

  /**
   * Follows what other tabs do, for as long as the page lives: calls `ended` when the session ends there, and takes over the
   * token that one of them got for all.
   */
  followOthers(ended: () => void): void {
    // Without a key, all of the storage was emptied.
    window.addEventListener('storage', ({ key, newValue }) => {
      if (!this.#kept || (key !== KEY && key !== null)) return;
      if (newValue === null) {
        ended();
        return;
      }
      const kept = load();
      if (kept && kept.user.id === this.#kept.user.id) this.#kept = { ...kept, user: this.#kept.user };
    });
  }

  /** The token that is held. */
  get token(): string {
    return this.#kept?.token ?? '';
  }

  /** The SDK's question for a token. */
  readonly auth: Auth = async ({ reason }) => {
    const kept = this.#kept;
    if (!kept) return null;
    const now = Date.now();
    if (reason === 'rejected' || kept.expiresAt <= now) return this.#expire();
    if (reason === 'connect' && now < (kept.since + kept.expiresAt) / 2) return kept.token;
    try {
      this.#take(await refreshGuest(kept.token, { url: this.#url }));
    } catch (error) {
      // Good for a while yet: being without a server now is no reason to be without a name.
      const refused = error instanceof ChatError && !error.retryable && error.code !== 'disconnected';
      if (refused) return this.#expire();
    }
    return this.#kept?.token ?? null;
  };

  #take(token: GuestToken): void {
    const user = this.user?.id === token.user.id ? this.user : token.user;
    this.#kept = { ...token, user, since: Date.now() };
    store(this.#kept);
    const before = this.#session.get();
    const same = before.state === 'signed_in' && before.me.id === token.user.id;
    if (!same) this.#session.set({ state: 'signed_in', me: token.user });
  }

  #expire(): null {
    this.#end(ENDED);
    return null;
  }

  #end(reason?: string): void {
    this.#kept = undefined;
    store(undefined);
    this.#session.set({ state: 'signed_out', guests: true, ...(reason === undefined ? {} : { reason }) });
  }
}

function load(): Kept | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Kept | null;
    return kept !== null && typeof kept.token === 'string' && kept.expiresAt > Date.now() ? kept : undefined;
  } catch {
    return undefined;
  }
}

function store(kept: Kept | undefined): void {
  try {
    if (kept) localStorage.setItem(KEY, JSON.stringify(kept));
    else localStorage.removeItem(KEY);
  } catch {
    // Storage may be forbidden: the session then lasts as long as the page.
  }
}
