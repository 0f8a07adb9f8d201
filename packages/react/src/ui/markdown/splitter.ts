/**
 * Cuts growing Markdown into top-level blocks and lexes only the tail again when text is appended.
 * What has been cut off before the tail can never change, so its rendering is kept.
 */
import { Lexer } from 'marked';

export interface Block {
  /** Where the block starts; it keeps this for life, so it serves as a render key. */
  readonly start: number;
  readonly source: string;
}

const NO_BLOCKS: readonly Block[] = [];

export class BlockSplitter {
  #text = '';
  #blocks: readonly Block[] = NO_BLOCKS;

  /** The blocks of `text`. Blocks that did not change keep their identity. */
  split(text: string): readonly Block[] {
    const next = text.includes('\r') ? text.replace(/\r\n?/gu, '\n') : text;
    if (next === this.#text) return this.#blocks;
    const kept = next.startsWith(this.#text) ? this.#blocks.slice(0, -1) : NO_BLOCKS;
    const from = this.#tailStart(kept.length);
    this.#blocks = [...kept, ...lex(next.slice(from), from)];
    this.#text = next;
    return this.#blocks;
  }

  /** Only the last block may still change: a paragraph into a table, a list by one more item. */
  #tailStart(keptCount: number): number {
    return keptCount === 0 ? 0 : (this.#blocks[keptCount]?.start ?? 0);
  }
}

function lex(source: string, offset: number): Block[] {
  const blocks: Block[] = [];
  let start = offset;
  for (const token of new Lexer({ gfm: true }).blockTokens(source, [])) {
    // Blank lines belong to nobody; they only move the next start.
    if (token.type !== 'space') blocks.push({ start, source: token.raw });
    start += token.raw.length;
  }
  return blocks;
}
