/** The words of the wire that a bot meets, picked from the generated ones. */
import type * as Wire from './generated/protocol.ts';

export type {
  Activity,
  Decision,
  Ending,
  Message,
  PlanItem,
  Role,
  Room,
  Scope,
  Usage,
} from './generated/protocol.ts';

/** A tool call as the room sees it. */
export type ToolCallValue = Extract<Wire.Part, { type: 'tool_call' }>;

/** A request with its fields. */
export type Request = Wire.ConnectionFrame | Wire.NumberedRequest1;

/** What the server tells without being asked, as far as bots listen. */
export type Event = Wire.Event;

/** An answer to a request. */
export type Answer = Wire.Answer;

/** Any JSON, as the generated types call it. */
export type Json = Record<string, unknown>;

/** The requests of a bot, and their results. */
export interface Replies {
  authenticate: Wire.Answer & { type: 'authenticated' };
  serve_runs: Wire.Serving;
  run_heartbeat: Wire.Alive;
  run_status: Wire.Done;
  open_message: Wire.Opened;
  put_part: Wire.Done;
  append: Wire.Done;
  request_approval: Wire.Asked;
  finish_run: Wire.Done;
}

/** The fields of a bot's request. */
export interface Requests {
  authenticate: { token: string; device: string };
  serve_runs: Wire.ServeRuns;
  run_heartbeat: Wire.RunHeartbeat;
  run_status: Wire.RunStatus;
  open_message: Wire.OpenMessage;
  put_part: Wire.PutPart;
  append: Wire.Append;
  request_approval: Wire.RequestApproval;
  finish_run: Wire.FinishRun;
}
