/** Names of classes, put together. */

/** Leaves out those that are not there. */
export function cx(...names: readonly (string | false | undefined)[]): string {
  return names.filter(Boolean).join(' ');
}
