// The real binary with the bots of a test, and its words where the test fails.
import { Server } from '@antiphon/e2e/server';
import { toml, type Bot, type Setting } from './toml.ts';
import { witness } from './witness.ts';

/** What a test may change besides the bots. */
export interface Options {
  readonly settings?: Readonly<Record<string, Setting>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a server with these bots; they live in the room `general`, unless they say otherwise. */
export async function antiphon(bots: readonly Bot[] = [], options: Options = {}): Promise<Server> {
  const server = await Server.start({
    settings: toml(options.settings ?? {}, bots),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  witness(
    'antiphon',
    () => server.output,
    () => server.pid === undefined,
  );
  return server;
}
