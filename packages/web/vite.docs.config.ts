/** Builds `/docs` beside the page: a build of its own, so that neither has anything of the other to load. */
import { mergeConfig } from 'vite';
import page from './vite.config.ts';

export default mergeConfig(page, {
  build: {
    emptyOutDir: false,
    copyPublicDir: false,
    // It is Swagger UI, which comes in one piece.
    chunkSizeWarningLimit: 2_000,
    rolldownOptions: {
      input: 'docs.html',
      output: { entryFileNames: 'assets/docs-[hash].js', assetFileNames: 'assets/docs-[hash][extname]' },
    },
  },
});
