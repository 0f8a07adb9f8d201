/** What a sub-agent does for a call: a small line for each of its calls, one level only. */
import { Dot } from '../controls/Dot.tsx';
import type { ToolView } from '../view/model.ts';
import { Approval } from './Approval.tsx';
import { Cancel } from './Cancel.tsx';
import { Elapsed } from './Elapsed.tsx';
import { TryAgain } from './TryAgain.tsx';
import { isLive, needsWord, SIGN, wordOf } from './words.ts';

export function Inner({ calls }: { calls: readonly ToolView[] }) {
  return (
    <ul className="ap-tool-inner">
      {calls.map((call) => (
        <li key={call.id} data-state={call.state}>
          <Dot look={SIGN[call.state]} />
          <span className="ap-tool-name">{call.name}</span>
          <span className={needsWord(call) ? 'ap-tool-word' : 'ap-unseen'}>{wordOf(call)}</span>
          {call.summary && <span className="ap-tool-summary">{call.summary}</span>}
          <span className="ap-tool-end">
            <Elapsed call={call} live={isLive(call.state)} />
            <Cancel call={call} />
          </span>
          {call.error && <p className="ap-tool-error">{call.error.message}</p>}
          <TryAgain call={call} />
          {call.state === 'approval' && call.approval && <Approval approval={call.approval} />}
        </li>
      ))}
    </ul>
  );
}
