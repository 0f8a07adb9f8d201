// A page of somebody else with our components in it: bundled as an application would bundle it, at the server's address.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { build, type Plugin } from 'vite';
import { type Visit, visitIn } from './browser.ts';
import type { Server } from './server.ts';

/** What a browser loads of a page. */
export interface Bundle {
  readonly js: string;
  readonly css: string;
}

const ROOT = join(import.meta.dirname, '..');
const PATH = '/embed/';

/** Bundles a file of `pages`. In `development` React does everything twice that it does twice there. */
export async function bundlePage(
  file: string,
  mode: 'production' | 'development' = 'production',
): Promise<Bundle> {
  return bundle(await readFile(join(ROOT, 'pages', file), 'utf8'), mode);
}

/** Where somebody's page stands. */
export interface Place {
  /** Its folder: packages are those that are installed there. */
  readonly folder?: string;
  /** Other files in that folder, by their names, that the page may import. */
  readonly beside?: Readonly<Record<string, string>>;
}

/** Bundles what somebody would write in a file of their own. */
export async function bundle(
  source: string,
  mode: 'production' | 'development' = 'production',
  { folder = join(ROOT, 'pages'), beside = {} }: Place = {},
): Promise<Bundle> {
  const entry = join(folder, 'entry.tsx');
  const files = new Map([[entry, source]]);
  for (const [name, text] of Object.entries(beside)) files.set(join(folder, name), text);
  const written: Plugin = {
    name: 'written',
    enforce: 'pre',
    resolveId: (id, importer) => {
      const path = importer !== undefined && id.startsWith('./') ? `${join(folder, id)}.tsx` : id;
      return files.has(path) ? path : null;
    },
    load: (id) => files.get(id) ?? null,
  };
  const built = await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    mode,
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    plugins: [written],
    oxc: { jsx: { runtime: 'automatic', development: false } },
    resolve: {
      conditions: ['source', 'module', 'browser', 'development|production'],
      // What our packages leave to the application is the application's.
      dedupe: ['react', 'react-dom', '@assistant-ui/react'],
    },
    build: {
      write: false,
      target: 'esnext',
      cssCodeSplit: false,
      rolldownOptions: { input: entry, output: { codeSplitting: false } },
    },
  });
  const { output } = Array.isArray(built) ? built[0]! : (built as Exclude<typeof built, { on: unknown }>);
  const css = output.find(({ fileName }) => fileName.endsWith('.css'));
  const js = output.find(({ type }) => type === 'chunk');
  return {
    js: js?.type === 'chunk' ? js.code : '',
    css: css?.type === 'asset' ? css.source.toString() : '',
  };
}

/** Opens a page that has this bundle, and an element `#root` for it, at the address of the server. */
export async function embed(
  browser: Browser,
  server: Server,
  { js, css }: Bundle,
  { hash = '', body = '<div id="root"></div>', files = {}, ...options }: PageOptions = {},
): Promise<Visit> {
  const parts: Record<string, { contentType: string; body: string }> = {
    '': {
      contentType: 'text/html',
      body:
        `<!doctype html><html lang="en"><title>Somebody else</title><link rel="stylesheet" href="style.css">` +
        `<meta name="viewport" content="width=device-width">` +
        `<body style="margin:0">${body}<script type="module" src="main.js"></script></body></html>`,
    },
    'main.js': { contentType: 'text/javascript', body: js },
    'style.css': { contentType: 'text/css', body: css },
  };
  const context = await browser.newContext(options);
  await context.route(`${server.url}${PATH}*`, (route) => {
    const name = new URL(route.request().url()).pathname.slice(PATH.length);
    const file = parts[name];
    return file ? route.fulfill(file) : route.abort();
  });
  for (const [name, text] of Object.entries(files))
    await context.route(`${server.url}/${name}`, (route) => route.fulfill({ body: text }));
  return visitIn(context, `${server.url}${PATH}${hash}`);
}

/** How the page is opened. */
export interface PageOptions {
  /** What stands after the address, with its `#`. */
  readonly hash?: string;
  readonly body?: string;
  /** Other files that the server is made to have, by their paths. */
  readonly files?: Readonly<Record<string, string>>;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
}
