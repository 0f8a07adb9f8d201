/** Cuts whole sentences off a text that is still being written. */

/** An end of a sentence with something after it, or the end of a line. */
const END = /[.!?…]["')\]]*(?=\s)|\n/gu;

/** What is whole beyond `from`, and where that ends. A text that is finished is whole. */
export function wholeSentences(text: string, from: number, finished: boolean): { said: string; to: number } {
  if (finished) return { said: text.slice(from).trim(), to: text.length };
  let to = from;
  for (const end of text.slice(from).matchAll(END)) to = from + end.index + end[0].length;
  return { said: text.slice(from, to).trim(), to };
}
