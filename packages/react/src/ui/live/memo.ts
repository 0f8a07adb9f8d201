/** Values that are computed again only when what they are made of is another thing than before. */

/** Calls `compute` when an input changed; otherwise gives the same object again. Inputs are compared by identity. */
export function memo<Inputs extends unknown[], T>(
  inputs: () => [...Inputs],
  compute: (inputs: NoInfer<Inputs>) => T,
): () => T {
  let held: { readonly from: readonly unknown[]; readonly value: T } | undefined;
  return () => {
    const from = inputs();
    const known = held;
    if (known?.from.every((input, index) => Object.is(input, from[index])) === true) return known.value;
    held = { from, value: compute(from) };
    return held.value;
  };
}

/** The same object for as long as it says the same; for small values that are cheaper to write out than to compare. */
export function settled<T>(get: () => T): () => T {
  let held: { readonly from: T; readonly text: string; readonly value: T } | undefined;
  return () => {
    const from = get();
    if (held && Object.is(held.from, from)) return held.value;
    const text = JSON.stringify(from);
    held = { from, text, value: held && held.text === text ? held.value : from };
    return held.value;
  };
}
