/** Tests run in Node: what a page adds is tested in the page. */
import { defineConfig } from 'vitest/config';

/** A busy machine stands still for seconds; nothing waits this long unless it is broken. */
const PATIENCE_MS = 30_000;

export default defineConfig({
  resolve: { conditions: ['source'] },
  test: { include: ['tests/**/*.test.ts'], testTimeout: PATIENCE_MS, hookTimeout: PATIENCE_MS },
});
