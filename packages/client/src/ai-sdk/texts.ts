/**
 * Texts and reasoning: one is open at a time, and is closed when something else follows. A part that grows again later is
 * opened once more, as another text of the same part.
 */
import type { Chunk7 } from './words.ts';

/** Which of the two. */
export type TextKind = 'text' | 'reasoning';

/** What was told of all texts of an answer. */
export class Texts {
  /** What was told of each part, by its index. */
  readonly #told = new Map<number, string>();
  #open: { part: number; kind: TextKind; id: string } | undefined;
  /** How many were opened: ids are never used twice. */
  #opened = 0;

  /** The page holds this already. */
  hold(part: number, text: string): void {
    this.#told.set(part, (this.#told.get(part) ?? '') + text);
  }

  /** Indexes and texts of what was told. */
  get told(): ReadonlyMap<number, string> {
    return this.#told;
  }

  /** Tells what is new of a text. Nothing is opened that is empty. */
  tell(kind: TextKind, part: number, text: string, chunks: Chunk7[]): void {
    const delta = text.slice(this.#told.get(part)?.length ?? 0);
    if (delta === '') return;
    const id = this.#begin(kind, part, chunks);
    chunks.push({ type: `${kind}-delta`, id, delta });
    this.#told.set(part, text);
  }

  /** Something else follows. */
  close(chunks: Chunk7[]): void {
    if (this.#open) chunks.push({ type: `${this.#open.kind}-end`, id: this.#open.id });
    this.#open = undefined;
  }

  /** What was told is void, and the open text with it. */
  forget(): void {
    this.#told.clear();
    this.#open = undefined;
  }

  #begin(kind: TextKind, part: number, chunks: Chunk7[]): string {
    if (this.#open?.part === part) return this.#open.id;
    this.close(chunks);
    const id = `${this.#opened}`;
    this.#opened += 1;
    this.#open = { part, kind, id };
    chunks.push({ type: `${kind}-start`, id, providerMetadata: { antiphon: { part } } });
    return id;
  }
}
