/** One block of Markdown, rendered once for each state of its source. */
import type { Element } from 'hast';
import { memo, type ReactNode } from 'react';
import Markdown, {
  defaultUrlTransform,
  type Components,
  type ExtraProps,
} from 'react-markdown';
import remend from 'remend';
import { CodeBlock } from './CodeBlock.tsx';
import { Link, PictureLink } from './Link.tsx';
import { remark, usePipeline } from './pipeline.ts';

/** How the parser marks a fence's language. */
const LANGUAGE = 'language-';

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
  if (!Array.isArray(names)) return undefined;
  return names
    .find((name) => typeof name === 'string' && name.startsWith(LANGUAGE))
    ?.toString()
    .slice(LANGUAGE.length);
}

interface BlockProps {
  readonly source: string;
  /** The tail of a text that is still growing. */
  readonly open: boolean;
}

export const MarkdownBlock = memo(function MarkdownBlock({ source, open }: BlockProps) {
  const pipeline = usePipeline();
  return (
    <Markdown
      remarkPlugins={remark}
      rehypePlugins={open ? pipeline.writing : pipeline.done}
      components={components}
      urlTransform={defaultUrlTransform}
    >
      {open ? remend(source, { linkMode: 'text-only' }) : source}
    </Markdown>
  );
});
