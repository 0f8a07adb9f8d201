/** Tests run in Node: what a page adds is tested in the page. Conversations are with the real server. */
import { defineConfig } from 'vitest/config';

/** A server starts within seconds, on a machine that is busy with others too. */
const PATIENCE_MS = 60_000;

export default defineConfig({
  // Neighbours by their sources, so that nothing has to be built before.
  ssr: { resolve: { conditions: ['source', 'node'] } },
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: PATIENCE_MS,
    hookTimeout: PATIENCE_MS,
    // Each file with a conversation in it has a server of its own.
    maxWorkers: 2,
  },
});
