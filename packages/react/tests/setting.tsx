/** A page on the stage: the real server, a client of the SDK, and a document for React to render into. */
import type { ChatClient } from '@antiphon/client';
import type { ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { createRoot, type Root } from 'react-dom/client';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { enter, type Person, Stage } from '../../client/tests/stage.ts';

/** Patience with sockets on a busy machine. */
const PATIENCE_MS = 20_000;

/** A stage on which the documents of tests may speak to the server. */
function openStage(): Promise<Stage> {
  return Stage.open({ ANTIPHON_ALLOWED_ORIGINS: JSON.stringify([location.origin]) });
}

/** What a file of tests stands on: one server for all of them, and a new page for each. */
export function onStage(): { readonly stage: Stage; readonly at: Setting } {
  let stage: Stage | undefined;
  let at: Setting | undefined;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    if (stage) at = await Setting.on(stage);
  });
  afterEach(() => at?.[Symbol.asyncDispose]());
  const there = <T,>(thing: T | undefined): T => {
    if (thing === undefined) throw new Error('only within a test');
    return thing;
  };
  return {
    get stage() {
      return there(stage);
    },
    get at() {
      return there(at);
    },
  };
}

/** One page, of someone who shares a room with somebody else. */
export class Setting implements AsyncDisposable {
  readonly stage: Stage;
  /** Whose page it is; not connected yet. */
  readonly ada: Person;
  /** Who else is there, and owns the room. */
  readonly bob: Person;
  readonly room: string;
  readonly page: HTMLElement = document.createElement('main');
  readonly #root: Root = createRoot(this.page);

  private constructor(stage: Stage, ada: Person, bob: Person, room: string) {
    this.stage = stage;
    this.ada = ada;
    this.bob = bob;
    this.room = room;
  }

  static async on(stage: Stage): Promise<Setting> {
    const [ada, bob] = [await stage.guest('Ada'), await stage.person('Bob')];
    return new Setting(stage, ada, bob, await stage.room(bob));
  }

  get chat(): ChatClient {
    return this.ada.chat;
  }

  render(children: ReactNode): void {
    flushSync(() => this.#root.render(children));
  }

  /** Has the other one say something. */
  async says(text: string): Promise<string> {
    return (await (await enter(this.bob, this.room)).sendMessage(text).settled).key;
  }

  /** Does something, and lets React show what came of it. */
  act(deed: () => void): void {
    flushSync(deed);
  }

  /** Clicks on the one button there is. */
  click(): void {
    this.act(() => this.page.querySelector('button')?.click());
  }

  /** Lets sockets speak until something is so. */
  until(check: () => void | Promise<void>): Promise<void> {
    return vi.waitFor(check, { timeout: PATIENCE_MS, interval: 5 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    flushSync(() => this.#root.unmount());
    await this.chat.disconnect();
  }
}

/** A bot's answer that grows when a test says so. */
export class Telling {
  readonly #pieces: string[] = [];
  #heard: () => void = () => undefined;
  #over = false;

  /** What the bot does with a run. */
  readonly handler = async (run: { reply: { text(words: string): Promise<void> } }): Promise<void> => {
    for (;;) {
      for (const piece of this.#pieces.splice(0)) await run.reply.text(piece);
      if (this.#over) return;
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
  };

  say(piece: string): void {
    this.#pieces.push(piece);
    this.#heard();
  }

  end(): void {
    this.#over = true;
    this.#heard();
  }
}
