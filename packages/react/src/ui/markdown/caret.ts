/** Puts the writing caret after the last character, however deep in lists and emphasis that is. */
import type { Element, Root } from 'hast';

/** Elements into which the caret may go; it stands after anything else. */
const OPEN = new Set([
  'p',
  'li',
  'ul',
  'ol',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'blockquote',
  'pre',
  'code',
]);

export function rehypeCaret() {
  return (tree: Root): void => {
    let parent: Root | Element = tree;
    for (;;) {
      const last: Root['children'][number] | undefined = parent.children.findLast(
        (child) => child.type !== 'text' || child.value.trim() !== '',
      );
      if (last?.type !== 'element' || !OPEN.has(last.tagName)) break;
      // A short `code` inside a sentence is finished before the caret; a block of code is written in.
      if (last.tagName === 'code' && !(parent.type === 'element' && parent.tagName === 'pre')) break;
      parent = last;
    }
    const caret: Element = {
      type: 'element',
      tagName: 'span',
      properties: { className: ['ap-caret'], ariaHidden: 'true' },
      children: [],
    };
    trimEnd(parent);
    parent.children.push(caret);
  };
}

/** Drops the line end that the parser leaves at the end of code, or the caret would stand on the next line. */
function trimEnd(parent: Root | Element): void {
  const last = parent.children.at(-1);
  if (last?.type === 'text') last.value = last.value.replace(/\n+$/u, '');
}
