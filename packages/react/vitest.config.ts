/** Hooks are tested against a real client and a peer on a real socket; only the document is a stand-in. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['source'] },
  test: { environment: 'happy-dom', include: ['tests/**/*.test.{ts,tsx}'] },
});
