/** Tests run in Node: what a page adds is tested in the page. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['source'] },
  test: { include: ['tests/**/*.test.ts'] },
});
