/** One block of Markdown, rendered once for each state of its source. */
import type { Element } from 'hast';
import { memo, type ReactNode } from 'react';
import Markdown, { defaultUrlTransform, type Components, type ExtraProps } from 'react-markdown';
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
    <div className="ap-table-scroll" tabIndex={0} role="group" aria-label="Table">
      <table>{children}</table>
    </div>
  ),
  // A row of figures often has an empty corner, which is no header of anything.
  th: ({ children, style }) => (children ? <th style={style}>{children}</th> : <td />),
  input: ({ checked }) => <TaskMark done={checked === true} />,
  h1: heading(1),
  h2: heading(2),
  h3: heading(3),
  h4: heading(4),
  h5: heading(4),
  h6: heading(4),
};

/** Headings in a message stand one below the room's name, whatever level their author chose; that only shows. */
function heading(level: number) {
  return function Heading({ children }: { children?: ReactNode }) {
    return <h2 data-level={level}>{children}</h2>;
  };
}

function TaskMark({ done }: { done: boolean }) {
  return (
    <span
      className="ap-task-mark"
      role="img"
      aria-label={done ? 'Done' : 'To do'}
      data-done={done || undefined}
    />
  );
}

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
