/** A block of code with its language and a way to copy it. */
import { Check, Copy } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { copyText } from '../controls/copy.ts';

const SAID_MS = 1600;

export function CodeBlock({ language, children }: { language?: string | undefined; children: ReactNode }) {
  const code = useRef<HTMLPreElement>(null);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async (): Promise<void> => setCopied(await copyText(code.current?.textContent ?? ''));
  return (
    <figure className="ap-code-block">
      <figcaption>
        <span>{language ?? 'text'}</span>
        <button type="button" className="ap-code-copy" onClick={() => void copy()}>
          {copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
          {copied ? 'Copied' : 'Copy'}
        </button>
      </figcaption>
      {/* Focusable, so that long lines can be scrolled by keyboard. */}
      <pre ref={code} tabIndex={0} aria-label={`Code${language ? `, ${language}` : ''}`}>
        {children}
      </pre>
    </figure>
  );
}
