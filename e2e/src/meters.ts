// What a server counts of itself.
import type { Server } from './server.ts';

/** One of the server's meters, by its name with its labels; 0 before anything was counted. */
export async function meter(server: Server, name: string): Promise<number> {
  const page = await (await fetch(`${server.url}/metrics`)).text();
  const line = page.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length) ?? 0);
}

/** How often something was asked for over WebSockets. */
export function asked(server: Server, request: string): Promise<number> {
  return meter(server, `antiphon_requests_total{door="ws",request="${request}"}`);
}

/** How many WebSockets are open. */
export function openSockets(server: Server): Promise<number> {
  return meter(server, 'antiphon_open{door="ws"}');
}
