/** Writing, for pages that have a composer of their own. */
export { forgetDrafts } from './draft.ts';
export { useComposer } from './use-composer.ts';
export type { Mention, UseComposer } from './use-composer.ts';
