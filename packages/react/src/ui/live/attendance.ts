/** Whether somebody looks at the page: away is who has looked at something else for a while, in all tabs. */

/** Looking something up is not being away, and neither is loading the page again. */
const AWAY_AFTER_MS = 60_000;
/** How often a tab that is looked at says so to the others. */
const SIGN_EVERY_MS = 20_000;
const KEY = 'antiphon.looked';

export class Attendance {
  readonly #tell: (away: boolean) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #away = false;

  constructor(tell: (away: boolean) => void) {
    this.#tell = tell;
  }

  /** Begins to watch; returns the end of it. */
  start(): () => void {
    const look = (): void => this.#look();
    document.addEventListener('visibilitychange', look);
    look();
    return () => {
      document.removeEventListener('visibilitychange', look);
      clearTimeout(this.#timer);
    };
  }

  /** There is a new connection, which does not know. */
  repeat(): void {
    if (this.#away) this.#tell(true);
  }

  #look(): void {
    clearTimeout(this.#timer);
    if (document.hidden) {
      this.#timer = setTimeout(() => this.#leave(), AWAY_AFTER_MS);
      return;
    }
    sign();
    this.#timer = setTimeout(() => this.#look(), SIGN_EVERY_MS);
    if (!this.#away) return;
    this.#away = false;
    this.#tell(false);
  }

  #leave(): void {
    // Another tab is looked at: it leaves when that one does.
    if (Date.now() - lastSign() < AWAY_AFTER_MS) {
      this.#timer = setTimeout(() => this.#leave(), AWAY_AFTER_MS);
      return;
    }
    this.#away = true;
    this.#tell(true);
  }
}

function sign(): void {
  try {
    localStorage.setItem(KEY, String(Date.now()));
  } catch {
    // Without storage every tab speaks for itself.
  }
}

function lastSign(): number {
  try {
    return Number(localStorage.getItem(KEY) ?? 0);
  } catch {
    return 0;
  }
}
