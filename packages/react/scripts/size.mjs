// What the hooks cost a page that has React and the SDK already. Components are paid for by what they show.
import { join } from 'node:path';
import { checkSizes } from '../../../scripts/size.mjs';

const KB = 1024;
const BUDGETS = [
  { name: 'hooks', code: `export * from './index.js'`, budget: 4 * KB },
  // What each adds stands on the hooks; alone they bring along those that they use.
  { name: 'bot', code: `export * from './bot.js'`, budget: 3 * KB },
  { name: 'composer', code: `export * from './composer.js'`, budget: 2 * KB },
];

await checkSizes(join(import.meta.dirname, '../dist/entry.js'), BUDGETS, [
  /^react($|\/)/,
  /^@antiphon\/client/,
]);
