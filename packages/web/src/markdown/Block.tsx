/** One block of Markdown, rendered once for each state of its source. */
import type { Element } from 'hast';
import { memo, type ReactNode } from 'react';
import Markdown, { defaultUrlTransform, type Components, type ExtraProps, type Options } from 'react-markdown';
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';
import remend from 'remend';
import { rehypeCaret } from './caret.ts';
import { CodeBlock } from './CodeBlock.tsx';
import { Link, PictureLink } from './Link.tsx';
import { remarkVisibleHtml } from './visible-html.ts';

const remark: Options['remarkPlugins'] = [remarkGfm, remarkVisibleHtml];
const sanitize = [rehypeSanitize, { ...defaultSchema, clobberPrefix: 'said-' }] satisfies NonNullable<
  Options['rehypePlugins']
>[number];
const done: Options['rehypePlugins'] = [sanitize];
const writing: Options['rehypePlugins'] = [sanitize, rehypeCaret];

const components: Components = {
  a: ({ href, children }) => <Link href={href}>{children}</Link>,
  img: ({ src, alt }) => <PictureLink src={typeof src === 'string' ? src : undefined} alt={alt} />,
  pre: Pre,
  table: ({ children }) => (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Table">
      <table>{children}</table>
    </div>
  ),
  // Headings in a message stand below the page's own.
  h1: ({ children }) => <h3>{children}</h3>,
  h2: ({ children }) => <h4>{children}</h4>,
  h3: ({ children }) => <h5>{children}</h5>,
  h4: ({ children }) => <h6>{children}</h6>,
  h5: ({ children }) => <h6>{children}</h6>,
};

function Pre({ node, children }: { children?: ReactNode } & ExtraProps) {
  return <CodeBlock language={languageOf(node)}>{children}</CodeBlock>;
}

function languageOf(pre: Element | undefined): string | undefined {
  const code = pre?.children[0];
  if (code?.type !== 'element') return undefined;
  const names = code.properties['className'];
  const found = Array.isArray(names) ? names.find((name) => String(name).startsWith('language-')) : undefined;
  return found === undefined ? undefined : String(found).slice('language-'.length);
}

interface BlockProps {
  readonly source: string;
  /** The tail of a text that is still growing. */
  readonly open: boolean;
}

export const MarkdownBlock = memo(function MarkdownBlock({ source, open }: BlockProps) {
  return (
    <Markdown
      remarkPlugins={remark}
      rehypePlugins={open ? writing : done}
      components={components}
      urlTransform={defaultUrlTransform}
    >
      {open ? remend(source, { linkMode: 'text-only' }) : source}
    </Markdown>
  );
});
