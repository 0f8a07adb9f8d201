// How the tests run: by Vitest, as in every package, because it reads TypeScript as it is on the oldest Node we support.
import { defineConfig } from 'vitest/config';

/** A cold browser on a busy machine needs many seconds; nothing waits this long unless it is broken. */
const PATIENCE_MS = 120_000;

export default defineConfig({
  // Neighbours by their sources, so that nothing has to be built before.
  ssr: { resolve: { conditions: ['source', 'node'] } },
  test: {
    include: ['tests/**/*.test.{ts,tsx}'],
    testTimeout: PATIENCE_MS,
    hookTimeout: PATIENCE_MS,
    expect: { poll: { timeout: PATIENCE_MS / 2 } },
    // Each worker has a browser and a server of its own; more than two would measure the machine.
    maxWorkers: 2,
    // Of the tests that look at one page each, so many share a browser at a time.
    maxConcurrency: 3,
  },
});
