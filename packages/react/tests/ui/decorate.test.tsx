/** B12: the caret stands after the last character, and names that are called stand out. */
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { PipelineContext, pipelineFor } from '../../src/ui/markdown/pipeline.ts';
import { RichText } from '../../src/ui/markdown/RichText.tsx';

function html(markdown: string, open = false): string {
  return renderToStaticMarkup(
    <PipelineContext.Provider value={pipelineFor(['Mara', 'Mara Lindqvist', 'deploy-bot'])}>
      <RichText text={markdown} open={open} />
    </PipelineContext.Provider>,
  );
}

const CARET = '<span class="ap-caret" aria-hidden="true"></span>';

describe('the writing caret', () => {
  it.each([
    ['a paragraph', 'Hello wor', `<p>Hello wor${CARET}</p>`],
    ['a list', '- one\n- two', `<li>two${CARET}</li>`],
    ['a list in a list', '- one\n  - inner', `<li>inner${CARET}</li>`],
    ['code', '```js\nlet a', `let a${CARET}</code>`],
    ['a quotation', '> said', `<p>said${CARET}</p>`],
    ['open emphasis', 'so **impor', `<strong>impor</strong>${CARET}</p>`],
  ])('stands at the end of %s', (_, markdown, expected) => {
    expect(html(markdown, true)).toContain(expected);
  });

  it('stands alone before the first character and goes away at the end', () => {
    expect(html('', true)).toContain(CARET);
    expect(html('done')).not.toContain('caret');
  });
});

describe('mentions', () => {
  it('marks members, the longer name first', () => {
    expect(html('Hi @Mara Lindqvist and @deploy-bot.')).toContain(
      'Hi <span class="ap-mention">@Mara Lindqvist</span> and <span class="ap-mention">@deploy-bot</span>.',
    );
  });

  it('leaves addresses, code and strangers alone', () => {
    expect(html('me@Mara.example, `@Mara`, @nobody, @Marathon')).not.toContain('mention');
  });
});
