/** Frames of the wire: one or more JSON objects each, separated by line feeds. */
import type { Wire } from './words.ts';

/** The WebSocket subprotocol that this SDK speaks. */
export const SUBPROTOCOL = 'antiphon.v1';

/** What only programs that serve a bot's runs are sent. */
type ForBots = { type: 'run' | 'cancel_run' | 'cancel_tool' | 'steer' | 'decided' | 'run_over' };

/** What the server sends to a person's client, under types that TypeScript can tell apart. */
export type ServerFrame = Exclude<Wire.ServerFrame, ForBots>;

/** An answer that carries a `ref`. */
export type Answer = Wire.Answer;

/** What a person's client can ask for; the rest is for programs that serve a bot's runs. */
export type Request = Extract<Wire.NumberedRequest1, { type: keyof Replies }>;

/** The fields of the request of one `type`. What is undefined is not sent. */
export type RequestOf<T extends Request['type']> = { type: T } & Loose<Extract<Request, { type: T }>>;

type Loose<R> = { [Field in keyof R]: object extends Pick<R, Field> ? R[Field] | undefined : R[Field] };

/** The result of each request. */
export interface Replies {
  join_room: Wire.Joined;
  leave_room: Wire.Done;
  send_message: Wire.Sent;
  edit_message: Wire.Written;
  delete_message: Wire.Written;
  react: Wire.Written;
  mark_message: Wire.Written;
  list_pinned: Wire.PinnedList;
  mark_read: Wire.ReadMarker;
  typing: Wire.Done;
  set_presence: Wire.Done;
  history: Wire.EntryPage;
  get_message: Wire.MessageFound;
  get_room: Wire.RoomReply;
  search: Wire.Found;
  create_room: Wire.RoomReply;
  update_room: Wire.RoomReply;
  delete_room: Wire.Done;
  invite: Wire.Written;
  remove_member: Wire.Written;
  change_member: Wire.Written;
  list_rooms: Wire.RoomPage;
  list_members: Wire.MemberPage;
  list_bots: Wire.BotPage;
  cancel: Wire.Cancelled;
  continue_run: Wire.Written;
  decide: Wire.DecisionReply;
  get_approval: Wire.ApprovalFound;
  list_runs: Wire.RunPage;
  get_run: Wire.RunFound;
  list_grants: Wire.GrantPage;
  revoke_grant: Wire.Done;
  get_bot: Wire.BotReply;
  register_bot: Wire.BotReply;
  remove_bot: Wire.Done;
  start_bot: Wire.BotReply;
  stop_bot: Wire.BotReply;
  rotate_bot_token: Wire.BotReply;
}
