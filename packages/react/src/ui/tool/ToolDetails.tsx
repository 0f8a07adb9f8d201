/** Everything about a call, by wish: exact arguments, output, result, who decided, and who stopped it. */
import type { StopView, ToolView } from '../view/model.ts';
import { decidedWords } from './decided.ts';
import { Output } from './Output.tsx';
import { isLive } from './words.ts';

export function ToolDetails({ call }: { call: ToolView }) {
  const { approval, stop, hidden, state } = call;
  const input = call.input ?? call.draft;
  const output = isLive(state) ? undefined : call.output;
  const nothing = !input && !call.output && !call.result && !hidden;
  return (
    <div className="ap-tool-details">
      {hidden && (
        <p className="ap-tool-decided">What it was called with and what came of it is for {hidden} only.</p>
      )}
      {input && <Detail label="Arguments" text={input} />}
      {output && (
        <div>
          <p className="ap-tool-label">Output</p>
          <Output text={output} whole={call.whole} />
        </div>
      )}
      {call.result && <Detail label="Result" text={call.result} />}
      {approval?.decision && <p className="ap-tool-decided">{decidedWords(approval.decision)}</p>}
      {stop && <p className="ap-tool-decided">{stopWords(stop)}</p>}
      {nothing && <p className="ap-tool-decided">Nothing more is known about this call.</p>}
    </div>
  );
}

function Detail({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <p className="ap-tool-label">{label}</p>
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
    </div>
  );
}

/** "Stopped by Mara." */
function stopWords({ by, outcome }: StopView): string {
  switch (outcome) {
    case 'requested':
      return `${by} wants it stopped.`;
    case 'stopped':
      return `Stopped by ${by}.`;
    case 'forced':
      return `${by} wanted it stopped. It did not stop by itself in time, so it was cut off.`;
    case 'too_late':
      return `${by} wanted it stopped, but it was over before that.`;
  }
}
