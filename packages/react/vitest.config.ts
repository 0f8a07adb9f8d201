/** Hooks are tested against a real client and a peer on a real socket; only the document is a stand-in. */
import { defineConfig } from 'vitest/config';

/** A busy machine stands still for seconds; nothing waits this long unless it is broken. */
const PATIENCE_MS = 30_000;

export default defineConfig({
  resolve: { conditions: ['source'] },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.{ts,tsx}'],
    testTimeout: PATIENCE_MS,
    hookTimeout: PATIENCE_MS,
  },
});
