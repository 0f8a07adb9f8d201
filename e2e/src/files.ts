// A server of nothing but files, as somebody else's page may come from: at an origin of its own.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript' };

/** What it has: texts by their paths, and below `/sdk/` the SDK as it was built. */
export type Files = Readonly<Record<string, string>>;

const SDK = join(import.meta.dirname, '../../packages/client/dist');

/** Serves files until it is disposed of. */
export async function serveFiles(files: Files): Promise<AsyncDisposable & { readonly origin: string }> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://here').pathname);
    const text = path.startsWith('/sdk/') ? readFile(join(SDK, path.slice('/sdk/'.length))) : files[path];
    response.setHeader('content-type', TYPES[path.split('.').at(-1) ?? ''] ?? 'text/html');
    void Promise.resolve(text).then(
      (body) => response.writeHead(body === undefined ? 404 : 200).end(body),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
