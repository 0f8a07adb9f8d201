/** What the SDK says, as a sentence for people. */

/** "the name is taken" becomes "The name is taken." */
export function sentence(words: string): string {
  const text = words.trim();
  if (text === '') return '';
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?…]$/u.test(text) ? '' : '.');
}

/** What went wrong, in a sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error && error.message !== ''
    ? sentence(error.message)
    : 'The server did not answer.';
}

/** "1st", "2nd", "3rd", "11th" */
export function ordinal(n: number): string {
  const teen = n % 100 > 10 && n % 100 < 14;
  return `${n}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')}`;
}
