/** The words of a message, without its tools and thoughts. */
import type { MessageView } from '../view/model.ts';

export function plainText(message: MessageView): string {
  return message.parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('\n\n');
}

/** The first words, for quotes and announcements. */
export function excerpt(message: MessageView, length = 120): string {
  const words = plainText(message)
    .replace(/[*_`#>]+/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
  return words.length > length ? `${words.slice(0, length).trimEnd()}…` : words;
}
