/** Tests run in Node, at the SDK's own seams; against the real binary it is tested in e2e. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['source'] },
  test: { include: ['tests/**/*.test.ts'] },
});
