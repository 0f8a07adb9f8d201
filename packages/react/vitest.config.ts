/** Hooks are tested against a real client and the real server; only the document is a stand-in. */
import { defineConfig } from 'vitest/config';

/** A busy machine stands still for seconds; nothing waits this long unless it is broken. */
const PATIENCE_MS = 60_000;

export default defineConfig({
  resolve: { conditions: ['source'] },
  test: {
    environment: 'happy-dom',
    // The document has no address of its own, and tests ask the server on theirs.
    environmentOptions: { happyDOM: { settings: { fetch: { disableSameOriginPolicy: true } } } },
    include: ['tests/**/*.test.{ts,tsx}'],
    testTimeout: PATIENCE_MS,
    hookTimeout: PATIENCE_MS,
    maxWorkers: 2,
  },
});
