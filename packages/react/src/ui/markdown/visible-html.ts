/** Shows raw HTML as the text it was written as: nothing runs, and nothing that somebody typed disappears. */
import type { Nodes, Parent, PhrasingContent } from 'mdast';

const LINE_BREAK = /^<br\s*\/?>$/iu;

export function remarkVisibleHtml() {
  return (tree: Nodes): void => {
    if ('children' in tree) rewrite(tree);
  };
}

function rewrite(parent: Parent): void {
  parent.children = parent.children.map((child) => {
    if (child.type === 'html') {
      const shown: PhrasingContent = LINE_BREAK.test(child.value)
        ? { type: 'break' }
        : { type: 'text', value: child.value };
      // A block of HTML stands alone and needs a paragraph around it; inside one it is a word among words.
      const standsAlone = parent.type !== 'paragraph' && !('depth' in parent) && isFlow(parent);
      return standsAlone ? { type: 'paragraph', children: [shown] } : shown;
    }
    if ('children' in child) rewrite(child);
    return child;
  });
}

function isFlow(parent: Parent): boolean {
  return ['root', 'blockquote', 'listItem', 'footnoteDefinition'].includes(parent.type);
}
