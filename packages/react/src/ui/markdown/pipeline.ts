/** The steps from Markdown to elements, in their one safe order: parse, keep HTML as text, sanitise, then decorate. */
import { createContext, useContext } from 'react';
import type { Options } from 'react-markdown';
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize';
import { rehypeCaret } from './caret.ts';
import { remarkGfm } from './gfm.ts';
import { rehypeMentions } from './mentions.ts';
import { remarkVisibleHtml } from './visible-html.ts';

type Plugins = NonNullable<Options['rehypePlugins']>;

export interface Pipeline {
  readonly done: Plugins;
  /** The same for a tail that is still growing. */
  readonly writing: Plugins;
}

export const remark: NonNullable<Options['remarkPlugins']> = [remarkGfm, remarkVisibleHtml];

/** Makes the pipeline of a room whose members have these names. Make it once per set of names: blocks depend on it. */
export function pipelineFor(names: readonly string[]): Pipeline {
  const mentions = rehypeMentions(names);
  const done: Plugins = [
    [rehypeSanitize, { ...defaultSchema, clobberPrefix: 'said-' }],
    ...(mentions ? [mentions] : []),
  ];
  return { done, writing: [...done, rehypeCaret] };
}

export const PipelineContext = createContext<Pipeline>(pipelineFor([]));

export function usePipeline(): Pipeline {
  return useContext(PipelineContext);
}
