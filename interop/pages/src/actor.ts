// A bot with our SDK that does what it is told: what it says and when is for the test to decide.
import { setTimeout as sleep } from 'node:timers/promises';
import { BotError, type Run } from '@antiphon/bot';
import type { Server } from '@antiphon/e2e/server';
import { expect } from 'vitest';
import { ECHO, SdkBot, serverOfABot } from '../../src/sdk-bot.ts';

/** The bot's id. */
export const BOT = ECHO;

/** Where a slow answer waits, and how it goes on. */
export interface Gate {
  readonly reached: Promise<void>;
  open(): void;
}

/** A server and the bot on it. */
export class Stage implements AsyncDisposable {
  readonly server: Server;
  readonly #bot: SdkBot;
  /** Gates of the slow answers, in their order. */
  readonly #gates: { reach: () => void; readonly opened: Promise<void> }[] = [];

  #atWork = 0;

  private constructor(server: Server) {
    this.server = server;
    this.#bot = new SdkBot(server.url, (run) => this.#act(run));
  }

  /** With pages of these origins. */
  static async start(...allowed_origins: string[]): Promise<Stage> {
    return new Stage(await serverOfABot({}, { allowed_origins }));
  }

  /** The next slow answer waits here in its middle. */
  gate(): Gate {
    let reach!: () => void;
    let open!: () => void;
    const reached = new Promise<void>((resolve) => (reach = resolve));
    const opened = new Promise<void>((resolve) => (open = resolve));
    this.#gates.push({ reach, opened });
    return { reached, open };
  }

  /** Waits until the bot has nothing to do any more. */
  async idle(): Promise<void> {
    await expect.poll(() => this.#atWork).toBe(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bot[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }

  async #act(run: Run): Promise<void> {
    this.#atWork += 1;
    try {
      await this.#answer(run);
    } finally {
      this.#atWork -= 1;
    }
  }

  async #answer(run: Run): Promise<void> {
    const { reply } = run;
    // In groups it is called by its name.
    const text = run.text.replace(`@${BOT} `, '');
    if (text.startsWith('everything')) return everything(run);
    if (text.startsWith('may you')) return asks(run);
    if (text.startsWith('fail')) throw new Error('the model is gone');
    if (!text.startsWith('slowly')) return reply.text(`You said: ${text}`);
    await reply.text('One, ');
    const gate = this.#gates.shift();
    gate?.reach();
    await Promise.race([gate?.opened, stopped(run.signal)]);
    if (run.signal.aborted) return;
    await reply.text('two, ');
    await sleep(50);
    await reply.text('three.');
  }
}

async function everything(run: Run): Promise<void> {
  const { reply } = run;
  await reply.reasoning('Hm. ');
  await reply.reasoning('Yes.');
  await reply.text('Let me count. ');
  await run.tool(
    'count',
    { to: 2 },
    async (at) => {
      at.progress(0.5, 'half way');
      await at.output('1\n');
      // Long enough for the page to be told.
      await sleep(300);
      return { counted: 2 };
    },
    { title: 'Count to two' },
  );
  await reply.data('weather', { c: 21 }).done;
  await reply.file({ name: 'a.png', mediaType: 'image/png', size: 3, url: 'https://files.example/a.png' });
  await reply.text('Two.');
}

async function asks(run: Run): Promise<void> {
  const { reply } = run;
  await reply.text('Let me see. ');
  const approval = { prompt: 'May I delete it?' };
  try {
    const what = await run.tool('delete', { path: 'a' }, () => 'deleted', { approval });
    await reply.text(`It is ${what}.`);
  } catch (error) {
    if (!(error instanceof BotError) || error.code !== 'denied') throw error;
    await reply.text('Then not.');
  }
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
