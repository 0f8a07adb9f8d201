/** Everything about a call, by wish: exact arguments, output, result, and who decided. */
import type { ToolView } from '../view/model.ts';
import { Output } from './Output.tsx';
import { isLive } from './words.ts';

export function ToolDetails({ call }: { call: ToolView }) {
  const { approval } = call;
  return (
    <div className="tool-details">
      {call.input && <Detail label="Arguments" text={call.input} />}
      {call.output && !isLive(call.state) && (
        <div>
          <h4>Output</h4>
          <Output text={call.output} cut={call.outputCut} lines={16} />
        </div>
      )}
      {call.result && <Detail label="Result" text={call.result} />}
      {approval?.decision && (
        <p className="tool-decided">
          {approval.decision === 'expired'
            ? 'Nobody decided in time.'
            : `${approval.decision === 'allowed' ? 'Allowed' : 'Denied'}${approval.decidedBy ? ` by ${approval.decidedBy}` : ''}.`}
        </p>
      )}
      {!call.input && !call.output && !call.result && (
        <p className="tool-decided">Nothing more is known about this call.</p>
      )}
    </div>
  );
}

function Detail({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <h4>{label}</h4>
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
    </div>
  );
}
