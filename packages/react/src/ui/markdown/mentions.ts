/** Marks the names of people and agents in the room where text calls them with an `@`. */
import type { Element, Root, RootContent, Text } from 'hast';

/** Text in these is not speech. */
const SKIPPED = new Set(['code', 'pre', 'a']);

/** A plugin for these names; longer names win over names that they begin with. */
export function rehypeMentions(names: readonly string[]): (() => (tree: Root) => void) | null {
  if (names.length === 0) return null;
  const wanted = [...names].sort((a, b) => b.length - a.length).map(escape);
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_@.])@(?:${wanted.join('|')})(?![\\p{L}\\p{N}_])`, 'giu');
  return () => (tree) => mark(tree, pattern);
}

function mark(parent: Root | Element, pattern: RegExp): void {
  parent.children = (parent.children as RootContent[]).flatMap((child): RootContent[] => {
    if (child.type === 'text') return pieces(child, pattern);
    if (child.type === 'element' && !SKIPPED.has(child.tagName)) mark(child, pattern);
    return [child];
  });
}

function pieces(text: Text, pattern: RegExp): RootContent[] {
  const result: RootContent[] = [];
  let from = 0;
  for (const found of text.value.matchAll(pattern)) {
    if (found.index > from) result.push({ type: 'text', value: text.value.slice(from, found.index) });
    result.push({
      type: 'element',
      tagName: 'span',
      properties: { className: ['ap-mention'] },
      children: [{ type: 'text', value: found[0] }],
    });
    from = found.index + found[0].length;
  }
  if (result.length === 0) return [text];
  if (from < text.value.length) result.push({ type: 'text', value: text.value.slice(from) });
  return result;
}

function escape(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');
}
