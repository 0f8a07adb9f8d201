/** Tables, task lists and the rest of GitHub's dialect: the reading half of `remark-gfm`, whose writing half is as large. */
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
// Declares where a processor keeps its extensions.
import type {} from 'remark-parse';
import type { Processor } from 'unified';

export function remarkGfm(this: Processor): void {
  const data = this.data();
  (data.micromarkExtensions ??= []).push(gfm());
  (data.fromMarkdownExtensions ??= []).push(gfmFromMarkdown());
}
