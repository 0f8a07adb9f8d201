/** Links that say where they lead, and pictures that are not fetched until somebody asks. */
import type { ReactNode } from 'react';

const SCHEMES = new Set(['http:', 'https:', 'mailto:']);

/** The address, if it is absolute and of a kind that may be followed. */
export function safeUrl(href: string | undefined): URL | null {
  if (!href) return null;
  // Relative and protocol-relative addresses would lead into this page, or somewhere unsaid.
  const url = /^[a-z][a-z0-9+.-]*:/iu.test(href) ? URL.parse(href) : null;
  return url && SCHEMES.has(url.protocol) ? url : null;
}

export function Link({ href, children }: { href?: string | undefined; children?: ReactNode }) {
  const url = safeUrl(href);
  if (!url) return <span className="ap-dead-link">{children}</span>;
  const place = url.protocol === 'mailto:' ? url.pathname : url.host;
  const named = typeof children === 'string' && children.includes(place);
  return (
    <a href={url.href} target="_blank" rel="noopener noreferrer nofollow" title={url.href}>
      {children}
      {!named && <span className="ap-link-host">{place}</span>}
    </a>
  );
}

/** A remote picture would tell its host who reads, and carry out what an agent was tricked into writing. */
export function PictureLink({ src, alt }: { src?: string | undefined; alt?: string | undefined }) {
  const url = safeUrl(src);
  const label = alt?.trim() ?? '';
  if (!url || url.protocol === 'mailto:') return <span className="ap-dead-link">{label || 'picture'}</span>;
  return (
    <a
      className="ap-picture-link"
      href={url.href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      title={url.href}
    >
      <span className="ap-picture-label">Picture{label && `: ${label}`}</span>
      <span className="ap-link-host">{url.host}</span>
    </a>
  );
}
