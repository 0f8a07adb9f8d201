/** What an answer took, by wish: when, how long, at which attempt, and which model read and wrote how much. */
import { duration, fullTime } from '../words/time.ts';
import { count } from '../words/text.ts';
import type { AnswerView, MessageView } from '../view/model.ts';

export function MessageDetails({ message, answer }: { message: MessageView; answer: AnswerView }) {
  const { cost, endedAt } = answer;
  const began = cost?.startedAt ?? message.at;
  return (
    <dl className="ap-row-details" aria-label="Details of this answer">
      <dt>Begun</dt>
      <dd>{fullTime(began)}</dd>
      {endedAt !== undefined && (
        <>
          <dt>Took</dt>
          <dd className="ap-tabular">{duration(endedAt - began)}</dd>
        </>
      )}
      {cost && cost.attempt > 1 && (
        <>
          <dt>Attempt</dt>
          <dd>{cost.attempt}</dd>
        </>
      )}
      {cost?.models.map(({ name, read, cached, written, thought }, index) => (
        <div key={index}>
          <dt>{name || 'Model'}</dt>
          <dd className="ap-tabular">
            {count(read, 'token')} read{cached > 0 && ` (${cached.toLocaleString()} from its cache)`},{' '}
            {count(written, 'token')} written{thought > 0 && ` (${thought.toLocaleString()} while thinking)`}
          </dd>
        </div>
      ))}
    </dl>
  );
}
