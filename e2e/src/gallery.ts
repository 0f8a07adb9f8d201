// The page from fixtures, without a server behind it: built as the page is built, and served on this machine.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { build, preview, type PreviewServer } from 'vite';
import { type Visit, visitIn } from './browser.ts';

const ROOT = join(import.meta.dirname, '../../packages/web');

/** Every state of the page by its name. */
export class Gallery implements AsyncDisposable {
  readonly #folder: string;
  readonly #server: PreviewServer;

  private constructor(folder: string, server: PreviewServer) {
    this.#folder = folder;
    this.#server = server;
  }

  static async open(): Promise<Gallery> {
    const outDir = await mkdtemp(join(tmpdir(), 'antiphon-gallery-'));
    const common = { root: ROOT, configFile: join(ROOT, 'vite.config.ts'), logLevel: 'error' } as const;
    await build({
      ...common,
      mode: 'production',
      // As when it is built for good, whatever runs it now.
      define: { 'process.env.NODE_ENV': '"production"' },
      oxc: { jsx: { runtime: 'automatic', development: false } },
      resolve: { conditions: ['source', 'module', 'browser', 'production'] },
      build: { outDir, emptyOutDir: true, rolldownOptions: { input: join(ROOT, 'gallery.html') } },
    });
    const server = await preview({
      ...common,
      build: { outDir },
      preview: { port: 0, host: '127.0.0.1' },
    });
    return new Gallery(outDir, server);
  }

  /** Opens a scene in a profile of its own, in which nothing is kept from another one. */
  async visit(browser: Browser, scene: string, options: BrowserContextOptions = {}): Promise<Visit> {
    const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
    const address = this.#server.resolvedUrls?.local[0] ?? '';
    return visitIn(context, `${address}gallery.html?scene=${scene}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
