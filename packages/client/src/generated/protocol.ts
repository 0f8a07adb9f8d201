// The words of the wire: generated from protocol/schema.json by `make codegen`. Do not edit.

/** Everything that a client may send. */
export type ClientFrame = ConnectionFrame | NumberedRequest;

/** The frames of a client. */
export type ConnectionFrame =
  | {
      /** What the user calls the device; for lists of sessions. */
      device?: string;
      ref?: number;
      /** The token, or a ticket. */
      token: string;
      type: 'authenticate';
    }
  | {
      type: 'pong';
    };

/** A request as it goes over a socket: its fields, with a number. */
export type NumberedRequest = {
  /** The client's number for the request; the answer repeats it. */
  ref?: number;
} & NumberedRequest1;

export type NumberedRequest1 =
  | (JoinRoom & {
      type: 'join_room';
    })
  | (LeaveRoom & {
      type: 'leave_room';
    })
  | (SendMessage & {
      type: 'send_message';
    })
  | (EditMessage & {
      type: 'edit_message';
    })
  | (DeleteMessage & {
      type: 'delete_message';
    })
  | (React & {
      type: 'react';
    })
  | (MarkRead & {
      type: 'mark_read';
    })
  | (Typing & {
      type: 'typing';
    })
  | (SetPresence & {
      type: 'set_presence';
    })
  | (History & {
      type: 'history';
    })
  | (GetMessage & {
      type: 'get_message';
    })
  | (Search & {
      type: 'search';
    })
  | (CreateRoom & {
      type: 'create_room';
    })
  | (UpdateRoom & {
      type: 'update_room';
    })
  | (Invite & {
      type: 'invite';
    })
  | (RemoveMember & {
      type: 'remove_member';
    })
  | (ChangeMember & {
      type: 'change_member';
    })
  | (ListRooms & {
      type: 'list_rooms';
    })
  | (ListMembers & {
      type: 'list_members';
    })
  | (ListBots & {
      type: 'list_bots';
    })
  | (Cancel & {
      type: 'cancel';
    });

export type Epoch = string;

/** Live content that a client can leave out. Entries of the log always come: a log has no holes. */
export type Receive = 'text' | 'reasoning' | 'tools' | 'typing' | 'presence';

export type RoomId = string;

export type MessageId = string;

/** One element of a message. `text`, `reasoning` and a tool call's `output` can grow while the message streams. */
export type Part =
  | {
      /** The text. */
      text: string;
      type: 'text';
    }
  | {
      /** The text. */
      text: string;
      type: 'reasoning';
    }
  | (ToolCall & {
      type: 'tool_call';
    })
  | {
      /** MIME type. */
      media_type: string;
      /** File name, for people. */
      name: string;
      /** Length in bytes. */
      size: number;
      type: 'file';
      /** Where it is. */
      url: string;
    }
  | {
      /** What kind of data. */
      name: string;
      type: 'data';
      /** The data. */
      value: {
        [k: string]: unknown;
      };
    }
  | {
      /** The steps, in order. */
      items: PlanItem[];
      type: 'plan';
    };

/** RFC 3339, UTC, milliseconds */
export type Timestamp = string;

/** States of a tool call. `completed` and everything after it is final. */
export type ToolState =
  | 'pending'
  | 'waiting_approval'
  | 'running'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'timed_out'
  | 'denied'
  | 'abandoned';

export type ToolCallId = string;

/** How far a step of a plan is. */
export type PlanState = 'pending' | 'active' | 'done';

export type UserId = string;

export type RequestId = string;

/** Whether a user can be reached. */
export type PresenceStatus = 'online' | 'away' | 'offline';

/** What a room is for. */
export type RoomKind = 'group' | 'direct' | 'session';

/** Who may join a room. */
export type Visibility = 'public' | 'private';

/** What a member may do, from least to most. */
export type Role = 'viewer' | 'member' | 'admin' | 'owner';

export type RunId = string;

/** What a user is. The server decides it; no name or text can imitate it. */
export type UserKind = 'person' | 'bot';

/** What the server sends. */
export type ServerFrame = Answer | Entry | Event;

/** An answer to a request. */
export type Answer =
  | {
      /** This connection. */
      connection_id: ConnectionId;
      /** When the token expires. */
      expires_at: Timestamp;
      /** What the server accepts. */
      limits: Limits;
      /** How often the server sends `ping`; silence for two intervals ends the connection, on both sides. */
      ping_interval_ms: number;
      /** The request's number. */
      ref?: number;
      type: 'authenticated';
      /** Who is signed in. */
      user: User;
    }
  | {
      /** The bots of this room. */
      bots: Bot[];
      /** The first page. */
      entries: Entry[];
      /** Incarnation of the log. */
      epoch: Epoch;
      /** Position of the last entry. */
      head: number;
      /** The room. */
      info: Room;
      /** The user's own membership. */
      me: Member;
      /** How many members there are. */
      member_count: number;
      /** The first members, by id; `list_members` gives the rest. */
      members: Member[];
      /** How the join begins. */
      mode: JoinMode;
      /** Whether pages follow, as `entries`, ended by `caught_up`. */
      more: boolean;
      /** Number of countable messages up to `head`. */
      ordinal: number;
      /** How many messages the user has read. */
      read: number;
      /** Why the cursor was of no use. */
      reason?: ResetReason;
      /** The request's number. */
      ref?: number;
      /** The room's id. */
      room: RoomId;
      /** Signals in force. */
      signals: Signals;
      /** The text of unfinished messages that the client lacks. */
      streams: OpenStream[];
      type: 'joined';
    }
  | ((
      | Joined
      | Sent
      | Written
      | ReadMarker
      | EntryPage
      | MessageFound
      | Found
      | RoomReply
      | RoomPage
      | MemberPage
      | BotList
      | Cancelled
      | Done
    ) & {
      /** The request's number. */
      ref?: number;
      type: 'ok';
    })
  | {
      /** For the program. */
      code: ErrorCode;
      /** The field at fault. */
      field?: string;
      /** The limit that was passed. */
      limit?: number;
      /** For the person: what happened and what to do. */
      message: string;
      /** The request's number. */
      ref?: number;
      /** When to try again. */
      retry_after_ms?: number;
      /** Whether the same request may succeed later. */
      retryable: boolean;
      type: 'error';
    };

export type ConnectionId = string;

/** How a bot is reached. */
export type Connector = 'builtin' | 'openai';

/** Whether a bot is at work, as the server sees it. */
export type BotStatus = 'stopped' | 'starting' | 'running' | 'stopping' | 'error';

/** One element of a room's log: durable, with a position. */
export type Entry = {
  /** When it was committed. */
  at: Timestamp;
  /** Who caused it. */
  by: UserId;
  /** The room. */
  room: RoomId;
  /** The position: contiguous from 1. */
  seq: number;
} & Entry1;

export type Entry1 =
  | {
      /** The message. */
      message: Message;
      type: 'message';
    }
  | {
      /** Length and checksum of each part's stream, so that a client can check the text it assembled. */
      ends: PartEnd[];
      /** The whole message; only when read from the log, because a live client has the text. */
      message?: Message;
      /** The message. */
      message_id: MessageId;
      /** How it ended. */
      status: MessageStatus;
      type: 'message_completed';
    }
  | {
      /** The message in its current state. */
      message: Message;
      type: 'message_edited';
    }
  | {
      /** The message. */
      message_id: MessageId;
      type: 'message_deleted';
    }
  | {
      /** Put there, or taken away. */
      active: boolean;
      /** The sign. */
      emoji: string;
      /** The message. */
      message_id: MessageId;
      type: 'reaction';
    }
  | {
      /** The member. */
      member: Member;
      type: 'member_joined';
    }
  | {
      type: 'member_left';
      /** Who. */
      user: UserId;
    }
  | {
      /** The member as it is now. */
      member: Member;
      type: 'member_changed';
    }
  | {
      /** The room as it is now. */
      info: Room;
      type: 'room_changed';
    }
  | (Run & {
      type: 'run_changed';
    })
  | {
      /** The message that shows the call. */
      message_id: MessageId;
      /** Name of the tool. */
      name: string;
      /** Index of its part. */
      part: number;
      /** The state. */
      state: ToolState;
      /** The call. */
      tool_call: ToolCallId;
      type: 'tool_changed';
    }
  | {
      /** The bot. */
      bot: UserId;
      /** What is wrong with it. */
      error?: string;
      /** Its status. */
      status: BotStatus;
      type: 'bot_status';
    };

/** Whether a message is whole. */
export type MessageStatus = 'streaming' | 'complete' | 'cancelled' | 'interrupted' | 'failed';

/** States of a run. `completed` and everything after it is final, and a run reaches exactly one of those. */
export type RunState =
  | 'queued'
  | 'processing'
  | 'thinking'
  | 'executing'
  | 'waiting_approval'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'timed_out'
  | 'interrupted';

/** How a join begins. */
export type JoinMode = 'fresh' | 'resumed' | 'reset';

/** Why a cursor is of no use. */
export type ResetReason = 'expired' | 'epoch_changed' | 'ahead_of_log';

/** What kind of error. Each code has one HTTP status and is either worth a retry or not. */
export type ErrorCode =
  | 'bad_json'
  | 'bad_request'
  | 'unknown_type'
  | 'binary_refused'
  | 'unauthenticated'
  | 'token_expired'
  | 'token_refused'
  | 'forbidden'
  | 'not_member'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'too_many'
  | 'rate_limited'
  | 'unavailable'
  | 'internal';

/** What the server tells. */
export type Event =
  | {
      /** The entries, oldest first. */
      entries: Entry[];
      /** Whether pages follow. */
      more: boolean;
      /** The room. */
      room: RoomId;
      type: 'entries';
    }
  | {
      /** The room. */
      room: RoomId;
      /** Everything up to here was sent. */
      seq: number;
      /** Signals in force; they replace those that the client knew of before it fell behind. */
      signals?: Signals;
      type: 'caught_up';
    }
  | {
      /** Where `text` begins, in bytes of UTF-8. */
      at: number;
      /** Where it ends. */
      end: number;
      /** The attempt. */
      generation: number;
      /** The message. */
      message_id: MessageId;
      /** Index of the part. */
      part: number;
      /** The room. */
      room: RoomId;
      /** The text. */
      text: string;
      type: 'append';
    }
  | {
      /** The attempt; a higher one voids the text of the part. */
      generation: number;
      /** The message. */
      message_id: MessageId;
      /** Index of the part. */
      part: number;
      /** The room. */
      room: RoomId;
      type: 'part';
      /** The part. */
      value: Part;
    }
  | {
      /** Whether. */
      active: boolean;
      /** The room. */
      room: RoomId;
      type: 'typing';
      /** Who. */
      user: UserId;
    }
  | {
      /** The room. */
      room: RoomId;
      /** What now. */
      status: PresenceStatus;
      type: 'presence';
      /** Who. */
      user: UserId;
    }
  | {
      /** How many there are, if it changed. */
      ordinal?: number;
      /** How many the user has read, if it changed. */
      read?: number;
      /** The room. */
      room: RoomId;
      type: 'unread';
    }
  | (RoomSummary & {
      type: 'room_joined';
    })
  | {
      /** The room. */
      room: RoomId;
      type: 'room_left';
    }
  | {
      /** The room. */
      room: RoomId;
      type: 'revoked';
    }
  | {
      type: 'ping';
    }
  | {
      /** When. */
      expires_at: Timestamp;
      type: 'token_expiring';
    }
  | {
      /** When to come back; differs from client to client so that they do not come all at once. */
      after_ms: number;
      /** The close code that follows. */
      code: number;
      /** Whether to come back. */
      reconnect: boolean;
      type: 'bye';
    };

/** The wire of Antiphon. Generated from crates/protocol; see protocol/PROTOCOL.md. */
export interface Antiphon {
  client?: ClientFrame;
  config?: ServerConfig;
  guest_sign_in?: GuestSignIn;
  guest_token?: GuestToken;
  server?: ServerFrame;
  ticket?: Ticket;
}

/** See [`Request::JoinRoom`]. Answered by `joined`. */
export interface JoinRoom {
  /** What the client has applied; left out for a fresh start. */
  cursor?: Cursor;
  /** How many entries the first page holds at most. */
  limit?: number;
  /** Which live content the client wants beside the log; all if left out. */
  receive?: Receive[];
  /** The room. */
  room: RoomId;
  /** Which text the client holds of messages that were streaming. */
  streams?: StreamPosition[];
}

/** How far a client has applied a room's log: everything up to and including `seq` of this `epoch`. */
export interface Cursor {
  /** Which incarnation of the log. */
  epoch: Epoch;
  /** The last applied position; 0 is before the first entry. */
  seq: number;
}

/** Which text a client holds of a part that was not finished when it last looked. */
export interface StreamPosition {
  /** How many bytes of UTF-8 the client holds. */
  at: number;
  /** The attempt that the text belongs to. */
  generation: number;
  /** The message. */
  message_id: MessageId;
  /** Index of the part. */
  part: number;
}

/** See [`Request::LeaveRoom`]. */
export interface LeaveRoom {
  /** Also end the membership. */
  forget?: boolean;
  /** The room. */
  room: RoomId;
}

/** See [`Request::SendMessage`]. Answered after the commit; a repeat with the same id gets the original result. */
export interface SendMessage {
  /** Minted by the client; the same id is the same message, for ever. */
  id: MessageId;
  /** The parts: `text`, `file` and `data` from people, any from bots. */
  parts?: Part[];
  /** The message of this room that this one answers. */
  reply_to?: MessageId;
  /** The room. */
  room: RoomId;
  /** Shorthand for one text part. Give this or `parts`. */
  text?: string;
  /** Whom it addresses, beyond those it mentions. */
  to?: UserId[];
}

/** A tool call as everyone in the room sees it. */
export interface ToolCall {
  /** What the tool was called with. */
  arguments?: {
    [k: string]: unknown;
  };
  /** When it ended. */
  ended_at?: Timestamp;
  /** What went wrong, in words. */
  error?: string;
  /** Name of the tool. */
  name: string;
  /** Live output; a stream while the call runs. */
  output?: string;
  /** The latest progress. */
  progress?: Progress;
  /** What the tool answered. */
  result?: {
    [k: string]: unknown;
  };
  /** When it began to run. */
  started_at?: Timestamp;
  /** How far it is. */
  state: ToolState;
  /** What it does, for people. */
  title?: string;
  /** The call's id, unique within its run. */
  tool_call: ToolCallId;
}

/** How far a tool call is. Progress is a signal: the latest value wins. */
export interface Progress {
  /** From 0 to 1, if known. */
  fraction?: number;
  /** What is being done, in words. */
  message?: string;
}

/** A step of a plan. */
export interface PlanItem {
  /** How far it is. */
  state: PlanState;
  /** What is to be done. */
  title: string;
}

/** See [`Request::EditMessage`]. */
export interface EditMessage {
  /** Makes a repeat safe, however late: the same id is the same request, and gets the original result. */
  id?: RequestId;
  /** The message. */
  message_id: MessageId;
  /** The new parts. */
  parts?: Part[];
  /** The room. */
  room: RoomId;
  /** Shorthand for one text part. Give this or `parts`. */
  text?: string;
}

/** See [`Request::DeleteMessage`]. */
export interface DeleteMessage {
  /** Makes a repeat safe, however late: the same id is the same request, and gets the original result. */
  id?: RequestId;
  /** The message. */
  message_id: MessageId;
  /** The room. */
  room: RoomId;
}

/** See [`Request::React`]. */
export interface React {
  /** Put it there (the default), or take it away. */
  active?: boolean;
  /** The sign. */
  emoji: string;
  /** Makes a repeat safe, however late: the same id is the same request, and gets the original result. */
  id?: RequestId;
  /** The message. */
  message_id: MessageId;
  /** The room. */
  room: RoomId;
}

/** See [`Request::MarkRead`]. Reading never goes backwards. */
export interface MarkRead {
  /** The `ordinal` of the last message read. */
  ordinal: number;
  /** The room. */
  room: RoomId;
}

/** See [`Request::Typing`]. */
export interface Typing {
  /** Typing (the default), or no longer. */
  active?: boolean;
  /** The room. */
  room: RoomId;
}

/** See [`Request::SetPresence`]. */
export interface SetPresence {
  /** `online` or `away`; `offline` is what follows from having no connection. */
  status: PresenceStatus;
}

/** See [`Request::History`]. */
export interface History {
  /** Entries after this position, the nearest ones. */
  after?: number;
  /** Entries before this position, the nearest ones. Give this or `after`; neither means the newest. */
  before?: number;
  /** How many at most; the server's page limit holds in any case. */
  limit?: number;
  /** The room. */
  room: RoomId;
}

/** See [`Request::GetMessage`]. */
export interface GetMessage {
  /** The message. */
  message_id: MessageId;
  /** The room. */
  room: RoomId;
}

/** See [`Request::Search`]. */
export interface Search {
  /** How many at most. */
  limit?: number;
  /** Words that all occur; the last one may be a beginning. No operators. */
  query: string;
  /** In this room only; all of the user's rooms if left out. */
  room?: RoomId;
}

/** See [`Request::CreateRoom`]. The maker becomes the owner. */
export interface CreateRoom {
  /** Minted by the client; a repeat with the same id gets the original result. */
  id: RoomId;
  /** `group` if left out. */
  kind?: RoomKind;
  /** Who else is in it from the start: the other user of a direct room, the bot of a session room. */
  members?: UserId[];
  /** What people call it. A direct or session room may go without. */
  name?: string;
  /** One line on what it is about. */
  topic?: string;
  /** `public` for a group if left out; direct and session rooms are always private. */
  visibility?: Visibility;
}

/** See [`Request::UpdateRoom`]. What is left out stays. */
export interface UpdateRoom {
  /** Makes a repeat safe, however late: the same id is the same request, and gets the original result. */
  id?: RequestId;
  /** The new name. */
  name?: string;
  /** The room. */
  room: RoomId;
  /** The new topic; empty for none. */
  topic?: string;
  /** Who may join from now on. */
  visibility?: Visibility;
}

/** See [`Request::Invite`]. */
export interface Invite {
  /** Makes a repeat safe, however late: the same id is the same request, and gets the original result. */
  id?: RequestId;
  /** As what; `member` if left out. Nobody can give more than they have. */
  role?: Role;
  /** The room. */
  room: RoomId;
  /** Whom. */
  users: UserId[];
}

/** See [`Request::RemoveMember`]. */
export interface RemoveMember {
  /** Makes a repeat safe, however late: the same id is the same request, and gets the original result. */
  id?: RequestId;
  /** The room. */
  room: RoomId;
  /** Whom; oneself is always allowed. */
  user: UserId;
}

/** See [`Request::ChangeMember`]. */
export interface ChangeMember {
  /** Makes a repeat safe, however late: the same id is the same request, and gets the original result. */
  id?: RequestId;
  /** The new role. */
  role: Role;
  /** The room. */
  room: RoomId;
  /** Whose role. */
  user: UserId;
}

/** See [`Request::ListRooms`]. */
export interface ListRooms {
  /** Rooms after this one, in the order of their ids. */
  after?: RoomId;
  /** Public rooms that the user has not joined, instead of the user's own rooms. */
  discover?: boolean;
  /** How many at most. */
  limit?: number;
}

/** See [`Request::ListMembers`]. */
export interface ListMembers {
  /** Members after this one, in the order of their ids. */
  after?: UserId;
  /** How many at most. */
  limit?: number;
  /** The room. */
  room: RoomId;
}

/** See [`Request::ListBots`]. */
export interface ListBots {}

/** See [`Request::Cancel`]. Give exactly one of `run`, `tool_call` and `message_id`. */
export interface Cancel {
  /** Stop the runs that this message caused, or the run that is writing it. */
  message_id?: MessageId;
  /** The room. */
  room: RoomId;
  /** Stop this run. */
  run?: RunId;
  /** Stop this tool call; the run goes on. */
  tool_call?: ToolCallId;
}

/** What a front end starts from (E3). */
export interface ServerConfig {
  /** How to sign in. */
  auth: AuthModes;
  /** The room that a page joins by itself. */
  default_room: RoomId;
  /** What the server accepts. */
  limits: Limits;
  /** Name of the product. */
  name: string;
  /** How often the server sends `ping`. */
  ping_interval_ms: number;
  /** Subprotocol of the WebSocket. */
  protocol: string;
  /** Where the doors are. */
  urls: Urls;
  /** Version of the server. */
  version: string;
}

/** How to sign in. */
export interface AuthModes {
  /** With a name only. */
  guest: boolean;
  /** With tokens of these providers, by name. */
  providers: string[];
}

/** The limits in force. Every value is a setting of the server. */
export interface Limits {
  /** Most connections of one user. */
  connections_per_user?: number;
  /** Longest reaction, in bytes; emoji with modifiers need up to 28. */
  emoji_bytes?: number;
  /** Largest frame or request body from a client, in bytes. */
  frame_bytes?: number;
  /** Deepest nesting of JSON in `data` parts and tool arguments. */
  json_depth?: number;
  /** Largest message, all parts together, in bytes of JSON. OWASP's advice for chat is 64 KB. */
  message_bytes?: number;
  /** Longest room name or user name, in characters. */
  name_chars?: number;
  /** Most entries in one page. */
  page?: number;
  /** Most parts of one message. */
  parts?: number;
  /** Longest search query, in bytes. */
  query_bytes?: number;
  /** Most users listed by name under one reaction; the count goes on. */
  reaction_users?: number;
  /** Most different reactions under one message. */
  reactions_per_message?: number;
  /** Most requests of one connection that wait for their answer. */
  requests_in_flight?: number;
  /** Requests per second that a user may make over a while; bursts are five times this. */
  requests_per_second?: number;
  /** Most rooms that one connection may have joined at a time. */
  rooms_per_connection?: number;
  /** Largest stream of one part, in bytes; what a bot writes beyond is refused. */
  stream_bytes?: number;
  /** Longest topic of a room, in characters. */
  topic_chars?: number;
  /** Most users that one request may name (`to`, `invite`). */
  users_per_request?: number;
}

/** Where the doors are. */
export interface Urls {
  /** REST and SSE. */
  rest: string;
  /** The schema of the wire. */
  schema: string;
  /** The WebSocket. */
  websocket: string;
}

/** Body of `POST /v1/guests`. */
export interface GuestSignIn {
  /** What others will see. */
  name: string;
}

/** Answer to `POST /v1/guests` and `POST /v1/guests/refresh`. */
export interface GuestToken {
  /** When it expires. */
  expires_at: Timestamp;
  /** The token. */
  token: string;
  /** Who is signed in. */
  user: User;
}

/** An identity. */
export interface User {
  /** Address of a picture, if the identity provider gave one. */
  avatar?: string;
  /** The user's id; a person's is the subject of their token. */
  id: UserId;
  /** Person or bot. */
  kind: UserKind;
  /** What others see. */
  name: string;
}

/** A bot as others see it. */
export interface Bot {
  /** How it is reached. */
  connector: Connector;
  /** What it does, in a sentence. */
  description?: string;
  /** What is wrong with it. */
  error?: string;
  /** Whose it is; nobody's if the server brought it. */
  owner?: UserId;
  /** Whether it is at work. */
  status: BotStatus;
  /** Things worth asking it first. */
  suggestions?: string[];
  /** Its identity. */
  user: User;
}

/** A message in its current state. */
export interface Message {
  /** When it was committed. */
  at: Timestamp;
  /** When it was deleted. */
  deleted_at?: Timestamp;
  /** When it was last edited. */
  edited_at?: Timestamp;
  /** Minted by the sender. */
  id: MessageId;
  /** Its number among the countable messages of the room. */
  ordinal: number;
  /** What it is made of. Empty once deleted. */
  parts: Part[];
  /** What others answered with a sign. */
  reactions?: Reaction[];
  /** The message that this one answers. */
  reply_to?: MessageId;
  /** Position of the last entry that changed it. A later state has a higher `rev`. */
  rev: number;
  /** Where it was said. */
  room: RoomId;
  /** The run that wrote it. */
  run?: RunId;
  /** Who said it. */
  sender: UserId;
  /** Its position in the log. */
  seq: number;
  /** Whether it is whole. */
  status: MessageStatus;
  /** Whom it addresses, beyond those it mentions. */
  to?: UserId[];
}

/** One sign under a message, and who put it there. */
export interface Reaction {
  /** How many users put it. */
  count: number;
  /** The sign. */
  emoji: string;
  /** The first of them, [`Limits::reaction_users`](crate::Limits) at most. */
  users: UserId[];
}

/** How long a finished stream is and what its bytes sum up to. */
export interface PartEnd {
  /** CRC-32 (the one of zlib) of those bytes. */
  crc32: number;
  /** Length in bytes of UTF-8. */
  end: number;
  /** The attempt that was completed. */
  generation: number;
  /** Index of the part. */
  part: number;
}

/** A user in a room. */
export interface Member {
  /** Address of a picture. */
  avatar?: string;
  /** Since when. */
  joined_at: Timestamp;
  /** Person or bot. */
  kind: UserKind;
  /** What others see. */
  name: string;
  /** What the member may do here. */
  role: Role;
  /** The user's id. */
  user: UserId;
}

/** A named place with members and a log. */
export interface Room {
  /** When. */
  created_at: Timestamp;
  /** Who made it. */
  created_by: UserId;
  /** The room's id. */
  id: RoomId;
  /** What the room is for. */
  kind: RoomKind;
  /** What people call it. */
  name: string;
  /** One line on what it is about. */
  topic?: string;
  /** Who may join. */
  visibility: Visibility;
}

/** A run as everyone in the room sees it. */
export interface Run {
  /** The answer, once there is one. */
  answer?: MessageId;
  /** Whose work it is. */
  bot: UserId;
  /** Who stopped it. */
  cancelled_by?: UserId;
  /** When it was created. */
  created_at: Timestamp;
  /** When it reached its final state. */
  ended_at?: Timestamp;
  /** What went wrong, in words. */
  error?: string;
  /** The run's id. */
  run: RunId;
  /** How far it is. */
  state: RunState;
  /** The message that caused it. */
  trigger: MessageId;
  /** Who wrote that message. */
  triggered_by: UserId;
}

/** The signals of a room that are in force when a client joins it. */
export interface Signals {
  /** Who is not offline. */
  presence: Presence[];
  /** Who is typing. */
  typing: UserId[];
}

/** One user's presence. */
export interface Presence {
  /** Whether they can be reached. */
  status: PresenceStatus;
  /** Who. */
  user: UserId;
}

/** A part of an unfinished message, brought up to date. `text` covers the bytes from `at` to `end`. */
export interface OpenStream {
  /** Where `text` begins, in bytes. */
  at: number;
  /** Where it ends. */
  end: number;
  /** The attempt that the text belongs to. */
  generation: number;
  /** The message. */
  message_id: MessageId;
  /** Index of the part. */
  part: number;
  /** True if what the client holds of this part is void: forget it, `text` is all of it. */
  replace?: boolean;
  /** The text that the client lacks. */
  text: string;
  /** The part without its growing text. */
  value: Part;
}

/** A room, brought up to date. Live events follow once the last page was sent. */
export interface Joined {
  /** The bots of this room. */
  bots: Bot[];
  /** The first page. */
  entries: Entry[];
  /** Incarnation of the log. */
  epoch: Epoch;
  /** Position of the last entry. */
  head: number;
  /** The room. */
  info: Room;
  /** The user's own membership. */
  me: Member;
  /** How many members there are. */
  member_count: number;
  /** The first members, by id; `list_members` gives the rest. */
  members: Member[];
  /** How the join begins. */
  mode: JoinMode;
  /** Whether pages follow, as `entries`, ended by `caught_up`. */
  more: boolean;
  /** Number of countable messages up to `head`. */
  ordinal: number;
  /** How many messages the user has read. */
  read: number;
  /** Why the cursor was of no use. */
  reason?: ResetReason;
  /** The room's id. */
  room: RoomId;
  /** Signals in force. */
  signals: Signals;
  /** The text of unfinished messages that the client lacks. */
  streams: OpenStream[];
}

/** See [`Reply::Sent`]. */
export interface Sent {
  /** True if it had been sent before; nothing was written now. */
  duplicate?: boolean;
  /** The message as it is in the log. */
  message: Message;
  /** Its number among the countable messages. */
  ordinal: number;
  /** The message's position. */
  seq: number;
}

/** See [`Reply::Written`]. */
export interface Written {
  /** Position of the entry that tells it, or the room's last one if everything was so already. */
  seq: number;
}

/** See [`Reply::Read`]. */
export interface ReadMarker {
  /** How many there are. */
  ordinal: number;
  /** How many messages the user has read. */
  read: number;
}

/** See [`Reply::Entries`]. */
export interface EntryPage {
  /** The entries, oldest first. */
  entries: Entry[];
  /** Whether there are more in the direction that was asked for. */
  more: boolean;
}

/** See [`Reply::Message`]. */
export interface MessageFound {
  /** The message. */
  message: Message;
}

/** See [`Reply::Found`]. */
export interface Found {
  /** The messages, newest first. */
  messages: Message[];
}

/** See [`Reply::Room`]. */
export interface RoomReply {
  /** The room. */
  info: Room;
  /** The user's role in it. */
  role: Role;
}

/** See [`Reply::Rooms`]. */
export interface RoomPage {
  /** Whether there are more. */
  more: boolean;
  /** The rooms, by id. */
  rooms: RoomSummary[];
}

/** A room in the list of a user's rooms. */
export interface RoomSummary {
  /** When the last entry was written. */
  active_at: Timestamp;
  /** Position of the last entry. */
  head: number;
  /** Number of countable messages so far. */
  ordinal: number;
  /** Number of messages that the user has read. */
  read: number;
  /** The user's role, or nothing for a public room that the user has not joined. */
  role?: Role;
  /** The room. */
  room: Room;
}

/** See [`Reply::Members`]. */
export interface MemberPage {
  /** The members, by id. */
  members: Member[];
  /** Whether there are more. */
  more: boolean;
}

/** See [`Reply::Bots`]. */
export interface BotList {
  /** The bots. */
  bots: Bot[];
}

/** See [`Reply::Cancelled`]. How it ends is in the log, as a `run_changed` or `tool_changed`. */
export interface Cancelled {
  /** Whether there was something to stop; false if it had ended already. */
  accepted: boolean;
  /** When the server ends it by force at the latest. */
  deadline?: Timestamp;
}

/** See [`Reply::Done`]. */
export interface Done {}

/** Answer to `POST /v1/tickets`: stands in for a token where none can be sent in a header. */
export interface Ticket {
  /** When it expires. */
  expires_at: Timestamp;
  /** Good once, for a short time, as `?ticket=`. */
  ticket: string;
}
