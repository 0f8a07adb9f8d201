// What the SDK costs a page.
import { join } from 'node:path';
import { checkSizes } from '../../../scripts/size.mjs';

const KB = 1024;
const CORE = `export { createChatClient, textOf } from './index.js'`;
// The core is everything an application gets without asking: connection, outbox, log, streams, people, agents. What a
// few networks make it fetch later, the transport where WebSockets are blocked, is told beside it.
const BUDGETS = [
  { name: 'core', code: CORE, budget: 14 * KB },
  { name: 'ai-sdk', code: `export { roomTransport } from './ai-sdk.js'`, budget: 5 * KB },
  { name: 'bots', code: `export * from './bots.js'`, budget: 2 * KB },
  { name: 'directory', code: `export * from './directory.js'`, budget: 2 * KB },
  { name: 'indexeddb', code: `export * from './indexeddb.js'`, budget: 3 * KB },
  { name: 'tabs', code: `export * from './tabs.js'`, budget: 3.5 * KB },
  { name: 'rooms', code: `export * from './rooms.js'`, budget: 2 * KB },
];

await checkSizes(join(import.meta.dirname, '../dist/entry.js'), BUDGETS);
