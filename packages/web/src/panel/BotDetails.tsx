/** An agent in the panel, opened: what it is, how it does, whose it is, and what waits for it. */
import { type BotView, clock, count, fullTime } from '@antiphon/react/ui/kit';
import './bot-details.css';

const REACHED: Record<string, string> = {
  builtin: 'Built into this server',
  openai: 'A model behind an API',
  ag_ui: 'An agent behind AG-UI',
  acp: 'A program on this server (ACP)',
  bot_socket: 'A program that connects by itself',
};

const STATUS: Record<BotView['status'], string> = {
  running: 'Running',
  starting: 'Starting',
  stopping: 'Stopping',
  stopped: 'Stopped',
  error: 'Not working',
};

export function BotDetails({ bot }: { bot: BotView }) {
  const { description, status, since, error, restarts, connector, owner, waiting } = bot;
  return (
    <div className="bot-details">
      {description && <p>{description}</p>}
      {error && (
        <p className="bot-error" role="status">
          {error}
        </p>
      )}
      <dl>
        <dt>Status</dt>
        <dd>
          {STATUS[status]}
          {since !== undefined && (
            <>
              {' '}
              since{' '}
              <time dateTime={new Date(since).toISOString()} title={fullTime(since)}>
                {clock(since)}
              </time>
            </>
          )}
        </dd>
        {restarts !== undefined && (
          <>
            <dt>Restarts</dt>
            <dd>{count(restarts, 'time')} since it was last started</dd>
          </>
        )}
        {waiting !== undefined && (
          <>
            <dt>Waiting</dt>
            <dd>{count(waiting, 'message')} in this room</dd>
          </>
        )}
        {connector !== undefined && (
          <>
            <dt>Kind</dt>
            <dd>{REACHED[connector] ?? connector}</dd>
          </>
        )}
        <dt>Owner</dt>
        <dd>{owner ?? 'This server'}</dd>
      </dl>
    </div>
  );
}
