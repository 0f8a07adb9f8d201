/** Builds the page: everything self-hosted, no inline script, hashed files under /assets. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds a server; the built page is served by the server itself. */
const SERVER = process.env['ANTIPHON_URL'] ?? 'http://127.0.0.1:8080';

/** Neighbours by their sources; tests run in Node, where a package's form for browsers has no server to talk to. */
const CONDITIONS = process.env['VITEST']
  ? ['source']
  : ['source', 'module', 'browser', 'development|production'];

export default defineConfig({
  base: '/',
  plugins: [react()],
  resolve: { conditions: CONDITIONS },
  build: {
    target: ['chrome123', 'firefox128', 'safari17.5'],
    // Fonts and pictures stay files, so that a strict content security policy needs no `data:` for them.
    assetsInlineLimit: 0,
    // What is fetched later is small and comes alone: one style sheet for all of it, nothing to be fetched ahead.
    modulePreload: false,
    cssCodeSplit: false,
  },
  server: { proxy: { '/v1': { target: SERVER, ws: true } } },
  test: { environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'] },
});
