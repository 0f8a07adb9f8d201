/** The arguments of a tool call, to be changed by hand before it is allowed. */
import { useId, useState } from 'react';

interface ArgumentsFormProps {
  readonly id: string;
  readonly text: string;
  readonly onDone: (changed: unknown) => void;
}

/** As many lines as are shown before it scrolls. */
const MOST_LINES = 14;

export function ArgumentsForm({ id, text, onDone }: ArgumentsFormProps) {
  const hint = useId();
  const [draft, setDraft] = useState(text);
  const problem = problemOf(draft);
  return (
    <form
      id={id}
      className="ap-ask-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === undefined) onDone(JSON.parse(draft));
      }}
    >
      <textarea
        className="ap-ask-json"
        aria-label="Arguments, as JSON"
        aria-invalid={problem !== undefined}
        aria-describedby={hint}
        spellCheck={false}
        rows={Math.min(MOST_LINES, draft.split('\n').length)}
        value={draft}
        onChange={(event) => setDraft(event.currentTarget.value)}
      />
      <p id={hint} className="ap-ask-problem" role="status">
        {problem}
      </p>
    </form>
  );
}

/** What keeps this text from being arguments. */
function problemOf(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? undefined
      : 'Arguments are an object: { … }';
  } catch (error) {
    return error instanceof Error ? `This is not JSON yet: ${error.message}` : 'This is not JSON yet.';
  }
}
