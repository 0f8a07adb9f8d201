/** One connection to the server for all tabs of an origin, a user and a server: what the option `shareTabs` takes. */
export { sharedTabs, type SharedTabsOptions } from './tabs/shared.ts';
export type { Locks } from './tabs/lock.ts';
