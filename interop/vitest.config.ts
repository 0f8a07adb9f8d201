// How the tests run: two files at a time, and with what the peers said where one fails.
import { defineConfig } from 'vitest/config';

/** A cold Python on a busy machine needs half a minute; nothing waits this long unless it is broken. */
const PATIENCE_MS = 120_000;

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts', 'pages/tests/**/*.test.ts'],
    setupFiles: ['./src/witness.ts'],
    testTimeout: PATIENCE_MS,
    hookTimeout: PATIENCE_MS,
    expect: { poll: { timeout: PATIENCE_MS / 2 } },
    // Each worker has peers and a server of its own; more than two would measure the machine.
    maxWorkers: 2,
  },
});
