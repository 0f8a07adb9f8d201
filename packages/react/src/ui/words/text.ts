/** Small rules of wording. */

/** "1 message", "3 messages" */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString()} ${n === 1 ? one : many}`;
}

/** "Mara", "Mara and Tomas", "Mara, Tomas and 2 others" */
export function names(list: readonly string[]): string {
  const [first = '', second = '', ...others] = list;
  if (list.length < 2) return first;
  if (list.length === 2) return `${first} and ${second}`;
  return `${first}, ${second} and ${count(others.length, 'other')}`;
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** "312 bytes", "4.2 MB" */
export function bytes(size: number): string {
  let unit = 0;
  let value = size;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit] ?? ''}`;
}
