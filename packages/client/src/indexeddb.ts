/** An outbox that survives a reload: unsent messages in the browser's IndexedDB. */
export { indexedDbOutbox } from './outbox/indexeddb.ts';
