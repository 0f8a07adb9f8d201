/** The answer that a bot writes: parts in the order in which they were begun. */
import type { Draft } from './draft.ts';
import type { PartDraft } from './part.ts';
import type { Json, PlanItem, Role } from './words.ts';

/** Who may see something. */
export interface Visibility {
  /** The least role that may see it; everyone if left out. */
  visibleTo?: Role;
}

/** The answer. Nothing of it is shown before something was said. */
export interface Reply {
  /** Lets the answer's text grow. To be awaited where much is said: it waits while the connection is slower than the bot. */
  text(words: string): Promise<void>;
  /** Shows how the bot comes to its answer. */
  reasoning(words: string, options?: Visibility): Promise<void>;
  /** Lets the text grow by what comes, until it ends. */
  stream(words: AsyncIterable<string> | Iterable<string>): Promise<void>;
  /** Shows structured data, with a name that readers know. What it answers with replaces the data. */
  data(name: string, value: unknown, options?: Visibility): Shown<unknown>;
  /** Shows what the bot intends to do. What it answers with shows the next state of it. */
  plan(items: readonly PlanItem[], options?: Visibility): Shown<readonly PlanItem[]>;
  /** Shows a file, by reference. */
  file(
    file: { name: string; mediaType: string; size: number; url: string },
    options?: Visibility,
  ): Promise<void>;
}

/** Something that is shown and can be replaced. */
export interface Shown<T> {
  /** Shows this instead. */
  update(value: T): Promise<void>;
  /** When it is on the server. */
  readonly done: Promise<void>;
}

/** The reply that grows into this draft. */
export function replyInto(draft: Draft): Reply {
  let open: PartDraft | undefined;
  const grow = (type: 'text' | 'reasoning', words: string, options: Visibility = {}): Promise<void> => {
    if (words === '') return Promise.resolve();
    // What follows a tool call or anything else goes on below it.
    if (open === undefined || open.value.type !== type || !draft.isLast(open))
      open = draft.open({ type, text: '' }, options);
    return open.grow(words);
  };
  const reply: Reply = {
    text: (words) => grow('text', words),
    reasoning: (words, options) => grow('reasoning', words, options),
    async stream(words) {
      for await (const piece of words) await reply.text(piece);
    },
    data(name, value, options) {
      const part = draft.open({ type: 'data', name, value: value as Json }, options);
      const update = (next: unknown): Promise<void> =>
        part.change({ type: 'data', name, value: next as Json });
      return { update, done: part.heard() };
    },
    plan(items, options) {
      const part = draft.open({ type: 'plan', items: [...items] }, options);
      const update = (next: readonly PlanItem[]): Promise<void> =>
        part.change({ type: 'plan', items: [...next] });
      return { update, done: part.heard() };
    },
    file: ({ mediaType, ...file }, options) =>
      draft.open({ type: 'file', media_type: mediaType, ...file }, options).heard(),
  };
  return reply;
}
