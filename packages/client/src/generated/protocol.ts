// The words of the wire: generated from protocol/schema.json by `make codegen`. Do not edit.

/** RFC 3339, UTC, milliseconds */
export type Timestamp = string;

export type UserId = string;

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

export type ApprovalId = string;

/** What came of a wish to stop something. A wish that is denied is answered with an error and leaves no trace. */
export type CancelOutcome = 'requested' | 'stopped' | 'forced' | 'too_late';

export type ToolCallId = string;

/**
 * States of a tool call. `completed` and everything after it is final.
 *
 * ```text
 * pending → waiting_approval? → running → completed | failed | cancelled | timed_out | denied | abandoned
 * ```
 */
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

/** How far a step of a plan is. */
export type PlanState = 'pending' | 'active' | 'done';

export type RoomId = string;

export type RunId = string;

/** Whether a message is whole. */
export type MessageStatus = 'streaming' | 'complete' | 'cancelled' | 'interrupted' | 'failed';

/** What a member may do, from least to most. */
export type Role = 'viewer' | 'member' | 'admin' | 'owner';

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
  | (MarkMessage & {
      type: 'mark_message';
    })
  | (ListPinned & {
      type: 'list_pinned';
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
  | (GetRoom & {
      type: 'get_room';
    })
  | (CreateRoom & {
      type: 'create_room';
    })
  | (UpdateRoom & {
      type: 'update_room';
    })
  | (DeleteRoom & {
      type: 'delete_room';
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
    })
  | (ContinueRun & {
      type: 'continue_run';
    })
  | (Decide & {
      type: 'decide';
    })
  | (GetApproval & {
      type: 'get_approval';
    })
  | (ListRuns & {
      type: 'list_runs';
    })
  | (GetRun & {
      type: 'get_run';
    })
  | (ListGrants & {
      type: 'list_grants';
    })
  | (RevokeGrant & {
      type: 'revoke_grant';
    })
  | (GetBot & {
      type: 'get_bot';
    })
  | (RegisterBot & {
      type: 'register_bot';
    })
  | (RemoveBot & {
      type: 'remove_bot';
    })
  | (StartBot & {
      type: 'start_bot';
    })
  | (StopBot & {
      type: 'stop_bot';
    })
  | (RotateBotToken & {
      type: 'rotate_bot_token';
    })
  | (ServeRuns & {
      type: 'serve_runs';
    })
  | (RunHeartbeat & {
      type: 'run_heartbeat';
    })
  | (RunStatus & {
      type: 'run_status';
    })
  | (OpenMessage & {
      type: 'open_message';
    })
  | (PutPart & {
      type: 'put_part';
    })
  | (Append & {
      type: 'append';
    })
  | (RequestApproval & {
      type: 'request_approval';
    })
  | (FinishRun & {
      type: 'finish_run';
    });

export type Epoch = string;

/** Live content that a client can leave out. Entries of the log always come: a log has no holes. */
export type Receive = 'text' | 'reasoning' | 'tools' | 'typing' | 'presence';

export type RequestId = string;

/** What those who keep order in a room can say of a message. */
export type Mark = 'pinned' | 'hidden';

/** Whether a user can be reached. */
export type PresenceStatus = 'online' | 'away' | 'offline';

/** What a room is for. */
export type RoomKind = 'group' | 'direct' | 'session';

/** Who may join a room. */
export type Visibility = 'public' | 'private';

/** Which answer. */
export type DecisionAction = 'approve' | 'deny' | 'answer';

/** For how long an approval holds. */
export type Scope = 'once' | 'session' | 'always';

export type GrantId = string;

/** What happens to a message for a bot that is at work in the same room. */
export type BusyPolicy = 'queue' | 'steer' | 'interrupt' | 'reject';

/** How a bot is reached, and what that takes. */
export type ConnectorSpec =
  | {
      type: 'builtin';
    }
  | {
      /** The key of the endpoint. */
      api_key?: Secret;
      /** Where `/chat/completions` is found below. */
      base_url: string;
      /** How long to wait between words, in milliseconds. */
      chunk_gap_ms?: number;
      /** How much of the room the model is shown, in tokens. */
      context_tokens?: number;
      /** What the bot says when no model answers, instead of failing. */
      fallback_answer?: string;
      /**
       * Models to ask when that one cannot answer, in this order.
       *
       * @maxItems 200
       */
      fallback_models?: string[];
      /** How long to wait for the first word, in milliseconds. */
      first_chunk_ms?: number;
      /**
       * Servers that bring tools.
       *
       * @maxItems 200
       */
      mcp_servers?: McpServerSpec[];
      /** The model to ask. */
      model: string;
      /** How often a request is tried again. */
      retries?: number;
      /** What the model is told about itself. */
      system_prompt?: string;
      /** How many rounds of tools one answer may take. */
      tool_rounds?: number;
      /** What holds for tools by name; `*` for all others. */
      tools?: {
        [k: string]: ToolSpec;
      };
      type: 'openai';
    }
  | {
      /** How long the agent may be silent while it speaks, in milliseconds. */
      chunk_gap_ms?: number;
      /** How much of the room the agent is shown, in tokens. */
      context_tokens?: number;
      /** How long people have to decide, in milliseconds. */
      decide_within_ms?: number;
      /** How long to wait for the first event, in milliseconds. */
      first_chunk_ms?: number;
      /** Headers of every request. */
      headers?: {
        [k: string]: Secret;
      };
      /** How long the agent may be silent while one of its tools runs, in milliseconds. */
      tool_ms?: number;
      type: 'ag_ui';
      /** Where runs are posted to. */
      url: string;
    }
  | {
      /** Its arguments. */
      args?: string[];
      /** The program. */
      command: string;
      /** How long people have to decide, in milliseconds. */
      decide_within_ms?: number;
      /** Its environment, beyond what every program needs. */
      env?: {
        [k: string]: Secret;
      };
      /** Whether it may read and write files of its room's directory through the server. */
      files?: boolean;
      /** Whether a session is taken up again after a restart, where the agent can. */
      resume?: boolean;
      /** The way to sign in that the agent is told to take, by the id that it gives it. */
      sign_in?: string;
      /** How long it may take to start, in milliseconds. */
      start_ms?: number;
      /** How long it may be silent while one of its tools runs, in milliseconds; as long as a step, if left out. */
      tool_ms?: number;
      type: 'acp';
    }
  | {
      /** The token, in the settings file. */
      token?: Secret;
      type: 'bot_socket';
    };

/** A secret: never written to a log. Sent to the server, never back. */
export type Secret = string;

/** Whether people are asked before a tool runs. */
export type ApprovalPolicy = 'never' | 'always';

/** What is taken to be the answer at the deadline. */
export type DefaultAction = 'approve' | 'deny';

/** Which messages a bot takes, in groups. In direct and session rooms it takes every one of people. */
export type TriggerPolicy =
  | {
      on: 'mention';
    }
  | {
      on: 'always';
    }
  | {
      on: 'never';
    }
  | {
      on: 'keywords';
      /** The words, compared without regard to case. */
      words: string[];
    };

/**
 * What a bot is doing, as long as its run is not over. That people are waited for is nothing that it says: it follows from its
 * asking.
 */
export type Activity = 'thinking' | 'executing';

/** What kind of decision. */
export type AskKind = 'permission' | 'question';

/** How a run ends. */
export type Ending = 'completed' | 'failed' | 'cancelled' | 'timed_out' | 'interrupted';

/** What a user is. The server decides it; no name or text can imitate it. */
export type UserKind = 'person' | 'bot';

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
  | 'queue_full'
  | 'bot_busy'
  | 'already_decided'
  | 'fenced'
  | 'rate_limited'
  | 'unavailable'
  | 'internal';

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
      /** Decisions that are awaited. */
      approvals?: Approval[];
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
      /** Runs that are not over, the oldest first; the first fifty. */
      runs?: Run[];
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
      | PinnedList
      | RoomReply
      | RoomPage
      | MemberPage
      | BotPage
      | BotReply
      | Cancelled
      | DecisionReply
      | ApprovalFound
      | RunPage
      | RunFound
      | GrantPage
      | Serving
      | Alive
      | Opened
      | Asked
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

/** How a decision came to be. */
export type DecisionCause = 'person' | 'standing' | 'deadline' | 'withdrawn';

/** How a bot is reached. */
export type Connector = 'builtin' | 'openai' | 'ag_ui' | 'acp' | 'bot_socket';

/** Whether a bot is at work, as the server sees it: from supervision, never from what the bot says of itself. */
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
      /** Marked, or taken back. */
      active: boolean;
      /** Which mark. */
      mark: Mark;
      /** The message in its current state. */
      message: Message;
      type: 'message_marked';
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
      /** Who asked to stop it, and what came of it. */
      cancel?: Cancellation;
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
      /** What is asked; without the decision. */
      approval: Approval;
      type: 'approval_requested';
    }
  | {
      /** Which. */
      approval: ApprovalId;
      /** How. */
      decision: Decision;
      /** Of which run. */
      run: RunId;
      type: 'approval_decided';
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

/** How a join begins. */
export type JoinMode = 'fresh' | 'resumed' | 'reset';

/** Why a cursor is of no use. */
export type ResetReason = 'expired' | 'epoch_changed' | 'ahead_of_log';

/** Why a run waits. */
export type QueueReason = 'busy' | 'busy_elsewhere' | 'bot_stopped' | 'bot_starting' | 'bot_down' | 'paused';

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
      /** The least role that may see it; everyone if left out. To others it comes without its content. */
      visible_to?: Role;
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
      /** The `ordinal` of the last message read. */
      ordinal: number;
      /** The room. */
      room: RoomId;
      type: 'read';
      /** Who. */
      user: UserId;
    }
  | {
      /** The bot. */
      bot: UserId;
      /** How many there are. */
      count: number;
      /** Why the first one waits. */
      reason?: QueueReason;
      /** The room. */
      room: RoomId;
      type: 'queue';
      /** The runs in their order, the next one first; the first fifty. */
      waiting: RunId[];
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
  | (RunOffer & {
      type: 'run';
    })
  | (CancelRun & {
      type: 'cancel_run';
    })
  | (CancelTool & {
      type: 'cancel_tool';
    })
  | (Steer & {
      type: 'steer';
    })
  | (Decided & {
      type: 'decided';
    })
  | (RunOver & {
      type: 'run_over';
    })
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

/** How every event of a client is acknowledged. */
export type Acknowledgement =
  | {
      /** True. */
      ok: boolean;
    }
  | {
      /** For the program. */
      code: ErrorCode;
      /** The field at fault. */
      field?: string;
      /** The limit that was passed. */
      limit?: number;
      /** For the person: what happened and what to do. */
      message: string;
      /** False. */
      ok: boolean;
      /** When to try again. */
      retry_after_ms?: number;
      /** Whether the same request may succeed later. */
      retryable: boolean;
    };

/** Everything that the server tells clients of Socket.IO. */
export type AnySocketIoEvent =
  | SocketIoEvent
  | {
      /** The entry's `type`. */
      event: string;
      /** The entry. */
      payload: Entry;
    }
  | {
      /** The event's `type`. */
      event: string;
      /** The event. */
      payload: Event;
    };

/**
 * What the server tells in a shape of this door: the event, and its first argument. Events that say something of a room also name it in the words of
 * the client (`room_id`, `conversation_id`, `bot_id` or `session_id`); those that bring the client further have its place as
 * their last argument, a string, which is the client library's affair.
 */
export type SocketIoEvent =
  | {
      event: 'room_state';
      payload: RoomState;
    }
  | {
      event: 'message';
      payload: MessageSaid;
    }
  | {
      event: 'message_edited';
      payload: MessageSaid;
    }
  | {
      event: 'message_marked';
      payload: MessageSaid;
    }
  | {
      event: 'chat:response';
      payload: ChatResponse;
    }
  | {
      event: 'chat:reasoning';
      payload: ChatResponse;
    }
  | {
      event: 'chat:tool_execution';
      payload: ChatToolExecution;
    }
  | {
      event: 'chat:error';
      payload: ChatError;
    }
  | {
      event: 'error';
      payload: Refused;
    }
  | {
      event: 'unsubscribed';
      payload: Unsubscribed;
    };

/** An entry that shows a message, with what is said as plain text. */
export type MessageSaid = {
  /** When it was committed. */
  at: Timestamp;
  /** Who caused it. */
  by: UserId;
  /** The room. */
  room: RoomId;
  /** The position: contiguous from 1. */
  seq: number;
  /** The text parts of the message, a paragraph each. Empty for one that is still growing: its text follows as `chat:response`. */
  text: string;
} & MessageSaid1;

export type MessageSaid1 =
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
      /** Marked, or taken back. */
      active: boolean;
      /** Which mark. */
      mark: Mark;
      /** The message in its current state. */
      message: Message;
      type: 'message_marked';
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
      /** Who asked to stop it, and what came of it. */
      cancel?: Cancellation;
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
      /** What is asked; without the decision. */
      approval: Approval;
      type: 'approval_requested';
    }
  | {
      /** Which. */
      approval: ApprovalId;
      /** How. */
      decision: Decision;
      /** Of which run. */
      run: RunId;
      type: 'approval_decided';
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

/** A run that came to nothing, or something said to an agent that was refused. */
export type ChatError =
  | {
      /** Whose work it was. */
      bot: UserId;
      /** What went wrong, in words. */
      error: string;
      /** The room. */
      room: RoomId;
      /** The run. */
      run: RunId;
      /** How it ended: `failed`, `timed_out` or `interrupted`. */
      state: RunState;
      /** The message that caused it. */
      trigger: MessageId;
    }
  | Refused;

/** The wire of Antiphon. Generated from crates/protocol; see protocol/PROTOCOL.md. */
export interface Antiphon {
  bot_answer?: BotAnswer;
  bot_chat?: BotChat;
  client?: ClientFrame;
  config?: ServerConfig;
  guest_sign_in?: GuestSignIn;
  guest_token?: GuestToken;
  problem?: Problem;
  server?: ServerFrame;
  socket_io_acknowledgement?: Acknowledgement;
  socket_io_entered?: Entered;
  socket_io_event?: AnySocketIoEvent;
  ticket?: Ticket;
}

/** What came of it, as one document. As long as the run is not over, asking again with the same id waits on. */
export interface BotAnswer {
  /** The answer, once it is begun. */
  message?: Message;
  /** Where it was said. */
  room: RoomId;
  /** The bot's work on it. */
  run: Run;
}

/** A message in its current state. */
export interface Message {
  /** When it was committed. */
  at: Timestamp;
  /** When it was deleted. */
  deleted_at?: Timestamp;
  /** When it was last edited. */
  edited_at?: Timestamp;
  /** Since when it is hidden from the first glance, if it is: clients show it to those only who ask for it. */
  hidden_at?: Timestamp;
  /** Who hid it. */
  hidden_by?: UserId;
  /** Minted by the sender. */
  id: MessageId;
  /** Its number among the countable messages of the room. */
  ordinal: number;
  /** What it is made of. Empty once deleted. */
  parts: Part[];
  /** Since when it is pinned to its room, if it is. */
  pinned_at?: Timestamp;
  /** Who pinned it. */
  pinned_by?: UserId;
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
  /**
   * The least role that may see a part, by the part's index; those that everyone may see are left out. To others such a
   * part comes without its content.
   */
  visible_to?: {
    [k: string]: Role;
  };
}

/** A tool call as everyone in the room sees it. */
export interface ToolCall {
  /** The decision that it waits for, or waited for. */
  approval?: ApprovalId;
  /** What the tool was called with. */
  arguments?: {
    [k: string]: unknown;
  };
  /** The arguments as far as they have been written, as text; only while the call is pending. */
  arguments_text?: string;
  /** Who asked to stop it, and what came of it. */
  cancel?: Cancellation;
  /** When it ended. */
  ended_at?: Timestamp;
  /** What went wrong, in words. */
  error?: string;
  /** Name of the tool. */
  name: string;
  /** Live output; a stream while the call runs. Of a long output the beginning and the end. */
  output?: string;
  /** How much output there was in all, in bytes, if more than is shown. */
  output_bytes?: number;
  /** How much of it can be fetched there, from its beginning, in bytes; left out if that is all of it. */
  output_kept?: number;
  /** Where the whole output can be fetched, if more than is shown. It goes with the message, and when newer ones need the room. */
  output_url?: string;
  /** The call of the same message in which this one is made: that call is the work of a sub-agent. */
  parent?: ToolCallId;
  /** The latest progress. */
  progress?: Progress;
  /** What the tool answered. */
  result?: {
    [k: string]: unknown;
  };
  /** What failed may work when it is tried again. */
  retryable?: boolean;
  /** When it began to run. */
  started_at?: Timestamp;
  /** How far it is. */
  state: ToolState;
  /** What it does, for people. */
  title?: string;
  /** The call's id, unique within its run. */
  tool_call: ToolCallId;
}

/** Someone's wish to stop a run or a tool call, and what came of it. */
export interface Cancellation {
  /** When. */
  at: Timestamp;
  /** Who. */
  by: UserId;
  /** What came of it. */
  outcome: CancelOutcome;
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

/** One sign under a message, and who put it there. */
export interface Reaction {
  /** How many users put it. */
  count: number;
  /** The sign. */
  emoji: string;
  /** The first of them, [`Limits::reaction_users`](crate::Limits) at most. */
  users: UserId[];
}

/** A run as everyone in the room sees it. */
export interface Run {
  /** The answer, once there is one. */
  answer?: MessageId;
  /**
   * The fencing token: goes up each time the run is given to a bot, and what is written under an earlier number is refused.
   * 0 as long as it was given to none. Where a bot never began what it was given, that uses up none of its attempts.
   */
  attempt?: number;
  /** Whose work it is. */
  bot: UserId;
  /** Who asked to stop it, and what came of it. */
  cancel?: Cancellation;
  /** Where in a conversation of bots it stands; left out where a person caused it. */
  chain?: Chain;
  /** When it was created. */
  created_at: Timestamp;
  /** When it reached its final state. */
  ended_at?: Timestamp;
  /** What went wrong, in words. */
  error?: string;
  /** True if a conversation of bots came to the end of its budget: the run waits for a person's `continue_run`. */
  paused?: boolean;
  /** The run's id. */
  run: RunId;
  /** When the present attempt began. */
  started_at?: Timestamp;
  /** How far it is. */
  state: RunState;
  /** The message that caused it. */
  trigger: MessageId;
  /** Who wrote that message. */
  triggered_by: UserId;
  /** What it cost, model by model. */
  usage?: Usage[];
}

/**
 * Where a run stands among those that a person's message caused by way of bots that address each other. Budgets are
 * measured on this chain, never on consecutive messages, which anyone could interrupt.
 */
export interface Chain {
  /** When it began. */
  began_at: Timestamp;
  /** How many bots spoke between that message and this run. */
  hops: number;
  /** The person's message that began it, or the one at which a person let it go on. */
  root: MessageId;
  /** How many runs the chain had when this one was queued, this one included. */
  turns: number;
}

/** What one model used up. */
export interface Usage {
  /** What became of each request, in their order. Of many, the last 32. */
  attempts?: ModelAttempt[];
  /** Of the tokens read, those that came from a cache. */
  cached_input_tokens?: number;
  /** What it has cost, where the agent says so. */
  cost?: Cost;
  /** Tokens read, cached ones included. */
  input_tokens?: number;
  /** Which model. */
  model?: string;
  /** Tokens written, those of reasoning included. */
  output_tokens?: number;
  /** Of the tokens written, those of reasoning. */
  reasoning_tokens?: number;
  /** How often it was asked. */
  requests?: number;
}

/** One request that a model was sent. */
export interface ModelAttempt {
  /** When. */
  at: Timestamp;
  /** Why it came to nothing, or broke off, in words for people. Left out if the model answered. */
  error?: string;
  /** How long was waited before the same model was asked again, in milliseconds. Left out if it was not. */
  wait_ms?: number;
}

/** An amount of money. */
export interface Cost {
  /** How much. */
  amount: number;
  /** Of which currency, by its ISO 4217 code. */
  currency: string;
}

/** Body of `POST /v1/bots/{bot}/chat`. */
export interface BotChat {
  /** The bot. */
  bot: UserId;
  /** Which of the user's private conversations with the bot, under a name of their own; `main` if left out. */
  chat?: string;
  /** Minted by the client; the same id is the same message, for ever. Sent again, it gets the same answer. */
  id: MessageId;
  /**
   * What is said.
   *
   * @minItems 1
   */
  parts?: Part[];
  /** Speak in this room instead. The bot has to be a member. */
  room?: RoomId;
  /** Shorthand for one text part. Give this or `parts`. */
  text?: string;
  /** How long to wait for the end of the answer if it is asked for as one document: a minute if left out, at most ten. */
  wait_ms?: number;
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
  /**
   * The parts: `text`, `file` and `data` from people, any from bots.
   *
   * @minItems 1
   */
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

/** See [`Request::EditMessage`]. */
export interface EditMessage {
  /** Makes a repeat safe, however late: the same id is the same request, and gets the original result. */
  id?: RequestId;
  /** The message. */
  message_id: MessageId;
  /**
   * The new parts.
   *
   * @minItems 1
   */
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

/** See [`Request::MarkMessage`]. In a group admins do this; in direct and session rooms every member may pin. */
export interface MarkMessage {
  /** Mark it (the default), or take the mark back. */
  active?: boolean;
  /** Makes a repeat safe, however late: the same id is the same request, and gets the original result. */
  id?: RequestId;
  /** Which mark. */
  mark: Mark;
  /** The message. */
  message_id: MessageId;
  /** The room. */
  room: RoomId;
  /** Who said it: of those with this id that one's, and not the earliest. */
  sender?: UserId;
}

/** See [`Request::ListPinned`]. */
export interface ListPinned {
  /** Those that were pinned before this one. */
  before?: MessageId;
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
  /** Entries after this position, the nearest ones; with `before`, those between the two. */
  after?: number;
  /** Entries before this position, the nearest ones. Neither this nor `after` means the newest. */
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

/** See [`Request::GetRoom`]. For its members. */
export interface GetRoom {
  /** The room. */
  room: RoomId;
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

/**
 * See [`Request::DeleteRoom`]. For owners of the room, and administrators of the server. Its runs end, every member is told that
 * they are in it no more, and its id is never given to another room.
 */
export interface DeleteRoom {
  /** Makes a repeat safe, however late: the same id is the same request, and gets the original result. */
  id?: RequestId;
  /** The room. */
  room: RoomId;
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
export interface ListBots {
  /** Bots after this one, in the order of their ids. */
  after?: UserId;
  /** How many at most. */
  limit?: number;
}

/** See [`Request::Cancel`]. Give exactly one of `run`, `tool_call` and `message_id`. */
export interface Cancel {
  /** End it at once, without the time that its agent has to stop by itself. */
  force?: boolean;
  /**
   * Stop the runs that this message caused, or the run that is writing it. May be a message of one's own that the server
   * does not have yet: its runs are then stopped before they begin.
   */
  message_id?: MessageId;
  /** The room. */
  room: RoomId;
  /** Stop this run. */
  run?: RunId;
  /** Stop this tool call; the run goes on. */
  tool_call?: ToolCallId;
}

/** See [`Request::ContinueRun`](crate::Request::ContinueRun). For members who may write. The chain's budget begins anew. */
export interface ContinueRun {
  /** The room. */
  room: RoomId;
  /** The run that is paused. */
  run: RunId;
}

/** See [`Request::Decide`](crate::Request::Decide). The first answer counts; the second is told which that was. */
export interface Decide {
  /** How. */
  action: DecisionAction;
  /** What is decided. */
  approval: ApprovalId;
  /** Call the tool with these arguments instead; only where `editable`. */
  arguments?: {
    [k: string]: unknown;
  };
  /** The answer to a question. */
  content?: {
    [k: string]: unknown;
  };
  /** Why, in a few words; the bot is told. */
  reason?: string;
  /** The room. */
  room: RoomId;
  /** For how long it holds; `once` if left out. */
  scope?: Scope;
}

/** See [`Request::GetApproval`](crate::Request::GetApproval). For the room's members, as the log tells it to them. */
export interface GetApproval {
  /** What was asked. */
  approval: ApprovalId;
  /** The room. */
  room: RoomId;
}

/** See [`Request::ListRuns`](crate::Request::ListRuns). */
export interface ListRuns {
  /** Runs after this one, the oldest first; it may be over by now. */
  after?: RunId;
  /** How many at most. */
  limit?: number;
  /** The room. */
  room: RoomId;
}

/** See [`Request::GetRun`](crate::Request::GetRun). */
export interface GetRun {
  /** The room. */
  room: RoomId;
  /** The run. */
  run: RunId;
}

/** See [`Request::ListGrants`](crate::Request::ListGrants). One's own, or, where the user may take back those of others, all. */
export interface ListGrants {
  /** Those after the one with this `id`. */
  after?: GrantId;
  /** Those of this bot: to its owner, all of them. */
  bot?: UserId;
  /** How many at most. */
  limit?: number;
  /** Those that hold in this room: to its admins, all of them. */
  room?: RoomId;
}

/**
 * See [`Request::RevokeGrant`](crate::Request::RevokeGrant). For whoever gave it, the bot's owner, administrators, and, of one that
 * holds in a room, the room's admins. From then on people are asked again.
 */
export interface RevokeGrant {
  /** The bot. */
  bot: UserId;
  /** Of scope `always`: who gave it; oneself if left out. */
  by?: UserId;
  /** Of scope `session`: the room. */
  room?: RoomId;
  /** `session` or `always`. */
  scope: Scope;
  /** The tool. */
  tool: string;
}

/** See [`Request::GetBot`](crate::Request::GetBot). */
export interface GetBot {
  /** The bot. */
  bot: UserId;
}

/**
 * See [`Request::RegisterBot`](crate::Request::RegisterBot). Secrets that are left out stay as they are. A repeat changes nothing, and
 * does not tell the token again: whoever missed the answer that had it makes another one with `rotate_bot_token`.
 */
export interface RegisterBot {
  /** What the bot is to be. */
  bot: BotSpec;
}

/** A bot to be. What is left out has the value that suits most. */
export interface BotSpec {
  /** Whether other bots can address it. */
  answers_bots?: boolean;
  /** How often a run is begun at most. More than once only for bots that do no harm by doing a thing twice. */
  attempts?: number;
  /** Address of a picture. */
  avatar?: string;
  /** What happens to a message while it is at work in the same room. */
  busy?: BusyPolicy;
  /**
   * In how many rooms it works at the same time; 8 if left out. A bot on a bot socket that asks for more with `serve_runs` is
   * not given more.
   */
  concurrency?: number;
  /** How it is reached. */
  connector: ConnectorSpec;
  /** What it does, in a sentence. */
  description?: string;
  /** Its id, and what it answers to after an `@`. */
  id: UserId;
  /** How long a bot on a bot socket may be silent before its run is taken from it, in milliseconds. */
  lease_ms?: number;
  /** What people call it; its id if left out. */
  name?: string;
  /** Whose it is. In the settings file anyone; over the wire whoever registers it. */
  owner?: UserId;
  /** How many messages may wait for it in one room; one more is refused. */
  queue?: number;
  /** How long a message may wait, in milliseconds; a day if left out. */
  queue_ttl_ms?: number;
  /**
   * Rooms that it enters by itself; the default room if left out.
   *
   * @maxItems 200
   */
  rooms?: RoomId[];
  /**
   * How long a run may go without any sign of work, in milliseconds. Waiting for a person does not count, nor for a tool that
   * has a time of its own.
   */
  step_ms?: number;
  /**
   * Things worth asking it first.
   *
   * @maxItems 200
   */
  suggestions?: string[];
  /** How long a run may take altogether, in milliseconds. */
  total_ms?: number;
  /** Which messages it takes in groups. */
  trigger?: TriggerPolicy;
  /** Parts that only some may see: `reasoning` and `tools`, each the least role. */
  visible_to?: {
    [k: string]: Role;
  };
}

/** A server of the Model Context Protocol. Give `command` for a process, or `url` for streamable HTTP. */
export interface McpServerSpec {
  /** The program's arguments. */
  args?: string[];
  /** The program. In the settings file only. */
  command?: string;
  /** The program's environment, beyond what every program needs. */
  env?: {
    [k: string]: Secret;
  };
  /** Headers of every request to it. */
  headers?: {
    [k: string]: Secret;
  };
  /** A short name; set before a tool's name where two servers have tools of the same name. */
  name: string;
  /** The tools that the model may see; all if left out. */
  tools?: string[];
  /** Where the server listens. */
  url?: string;
}

/** What holds for a tool. */
export interface ToolSpec {
  /** Whether people are asked before it runs. */
  approval?: ApprovalPolicy;
  /** Who may approve, beside whoever caused the run: the least role. */
  approvers?: Role;
  /** How long people have to decide, in milliseconds. */
  decide_within_ms?: number;
  /** What the model is told instead when it fails for good. */
  fallback_answer?: string;
  /** The tool to try instead when it fails for good. */
  fallback_tool?: string;
  /** How often it is tried again when it fails. */
  retries?: number;
  /** How long it may run, in milliseconds. */
  timeout_ms?: number;
  /** What is taken to be the answer when nobody decides. */
  undecided?: DefaultAction;
  /** Who may see its arguments, output and result: the least role. */
  visible_to?: Role;
}

/** See [`Request::RemoveBot`](crate::Request::RemoveBot). It leaves its rooms; what waits for it ends; what it said stays. */
export interface RemoveBot {
  /** The bot. */
  bot: UserId;
}

/** See [`Request::StartBot`](crate::Request::StartBot). */
export interface StartBot {
  /** The bot. */
  bot: UserId;
}

/** See [`Request::StopBot`](crate::Request::StopBot). Its runs have the grace time to end; what waits stays. */
export interface StopBot {
  /** The bot. */
  bot: UserId;
}

/** See [`Request::RotateBotToken`](crate::Request::RotateBotToken). */
export interface RotateBotToken {
  /** The bot. */
  bot: UserId;
}

/**
 * See [`Request::ServeRuns`](crate::Request::ServeRuns). Of several connections of one bot the last to say this gets its runs.
 * Answered by `serving`.
 */
export interface ServeRuns {
  /** How many runs at a time, at most; what the bot's registration allows holds in any case, and `serving` says which it is. */
  concurrency?: number;
  /**
   * Runs that this program is at work on, from before its connection broke. Those of the bot that are not named here are
   * taken from it.
   */
  holding?: HeldRun[];
  /** Whether the bot can take in messages that arrive while it is at work. */
  steer?: boolean;
}

/** A run, and the attempt at it that a bot works on. */
export interface HeldRun {
  /** The attempt. */
  attempt: number;
  /** The run. */
  run: RunId;
}

/** See [`Request::RunHeartbeat`](crate::Request::RunHeartbeat). Whatever else a bot sends about a run is a sign of life too. */
export interface RunHeartbeat {
  /** The runs at work. */
  runs: HeldRun[];
}

/** See [`Request::RunStatus`](crate::Request::RunStatus). */
export interface RunStatus {
  /** What the bot does now. */
  activity: Activity;
  /** The attempt. */
  attempt: number;
  /** The run. */
  run: RunId;
}

/** See [`Request::OpenMessage`](crate::Request::OpenMessage). Answered by `opened`; a repeat is answered alike. */
export interface OpenMessage {
  /** The attempt. */
  attempt: number;
  /** The run. */
  run: RunId;
}

/**
 * See [`Request::PutPart`](crate::Request::PutPart). Opens the part if it is the next one. Of a tool call it changes what is
 * said about it; its state may only go forward.
 */
export interface PutPart {
  /** The attempt. */
  attempt: number;
  /** Index of the part: 0, 1, 2 and so on. */
  part: number;
  /** The run. */
  run: RunId;
  /** Of a tool call: the server ends it after this time, in milliseconds. */
  timeout_ms?: number;
  /** The part; growing text in it is its beginning when it is opened, and is ignored later. */
  value: Part;
  /** The least role that may see it; everyone if left out. Fixed when it is opened. */
  visible_to?: Role;
}

/**
 * See [`Request::Append`](crate::Request::Append). Text that the server has already is skipped; text beyond the end is a conflict
 * whose `limit` is the end.
 */
export interface Append {
  /** Where `text` begins, in bytes of UTF-8. */
  at: number;
  /** The attempt. */
  attempt: number;
  /** Index of the part. */
  part: number;
  /** The run. */
  run: RunId;
  /** The text. */
  text: string;
}

/** See [`Request::RequestApproval`](crate::Request::RequestApproval). Answered by `asked`. */
export interface RequestApproval {
  /** Minted by the bot, so that a repeat is the same question. */
  approval: ApprovalId;
  /** What is asked. */
  ask: Ask;
  /** The attempt. */
  attempt: number;
  /** The run. */
  run: RunId;
  /** How long people have, in milliseconds. */
  within_ms: number;
}

/** What is asked, of whom, and what happens if nobody answers. */
export interface Ask {
  /** What the tool would be called with. */
  arguments?: {
    [k: string]: unknown;
  };
  /** What is taken to be the answer at the deadline. */
  default: DefaultAction;
  /** Whether whoever approves may change the arguments. */
  editable?: boolean;
  /** Who may answer. People only: a bot never decides for another. */
  eligible: Eligible;
  /** A permission, or a question. */
  kind: AskKind;
  /** What to decide, in a sentence. */
  prompt: string;
  /** JSON Schema of the answer that a question wants: an object with flat fields. */
  schema?: {
    [k: string]: unknown;
  };
  /** For how long an approval may be made to hold. */
  scopes?: Scope[];
  /** Name of the tool it is about. */
  tool?: string;
  /** The tool call it is about. */
  tool_call?: ToolCallId;
}

/** Who may decide. The bot's owner always may, if a member of the room. */
export interface Eligible {
  /** Members with at least this role. */
  role?: Role;
  /** These, whatever their role; usually whoever caused the run. */
  users?: UserId[];
}

/** See [`Request::FinishRun`](crate::Request::FinishRun). A repeat by the same attempt is answered alike. */
export interface FinishRun {
  /** The attempt. */
  attempt: number;
  /** How it ends. */
  ending: Ending;
  /** What went wrong, in words. */
  error?: string;
  /** The run. */
  run: RunId;
  /** What it cost. */
  usage?: Usage[];
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
  /** Most rooms in which a bot that somebody registers may work at the same time; administrators may register more. */
  bot_concurrency?: number;
  /** Most messages that may wait in one room for a bot that somebody registers; administrators may register more. */
  bot_queue?: number;
  /** Bots that one user may register. */
  bots_per_user?: number;
  /** In a conversation of bots: how many may speak one after the other on one line of cause and effect. */
  chain_hops?: number;
  /** In a conversation of bots: how long it may go on after a person spoke, in milliseconds. */
  chain_ms?: number;
  /** In a conversation of bots: how many runs a person's message may cause in all. */
  chain_turns?: number;
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
  /** Most parts of one message. An agent at work on something large has a part for each of its tool calls. */
  parts?: number;
  /** Most pinned messages of one room. */
  pins_per_room?: number;
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
  /** Largest output of a tool that is kept whole, in bytes; of a larger one so much from its beginning. */
  tool_output_kept?: number;
  /** How much output of tools is kept for each room in all, in bytes: the oldest goes first. */
  tool_output_room?: number;
  /** How much of a tool's output is shown from its beginning and, once more, from its end, in bytes. */
  tool_output_shown?: number;
  /** Longest topic of a room, in characters. */
  topic_chars?: number;
  /** Most users that one request may name (`to`, `invite`). */
  users_per_request?: number;
}

/** Where the doors are. */
export interface Urls {
  /** The AI SDK's `DefaultChatTransport`. */
  ai_sdk: string;
  /** The AI SDK's `WebSocketChatTransport`. */
  ai_sdk_websocket: string;
  /** Bots: below each one's id the doors to it, `chat`, `ag-ui` and `openai`. */
  bots: string;
  /** The same as a page to look at and to try. */
  docs: string;
  /** The description of REST, OpenAPI 3.1. */
  openapi: string;
  /** REST. */
  rest: string;
  /** Rooms: below each one's id its events, as a stream, and all that REST has about it. */
  rooms: string;
  /** The schema of the wire. */
  schema: string;
  /** Socket.IO: the origin and the path of its clients. */
  socket_io: string;
  /** The same conversation over plain HTTP, for where WebSockets are blocked. */
  sse: string;
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

/** An error as the body of an HTTP answer. */
export interface Problem {
  /** For the program. */
  code: ErrorCode;
  /** This time's `message`, under the name that the RFC has for it. */
  detail: string;
  /** The field at fault. */
  field?: string;
  /** The limit that was passed. */
  limit?: number;
  /** For the person: what happened and what to do. */
  message: string;
  /** When to try again. */
  retry_after_ms?: number;
  /** Whether the same request may succeed later. */
  retryable: boolean;
  /** The status of the answer. */
  status: number;
  /** The kind in words, the same each time. */
  title: string;
  /** The kind of problem as a URI: `https://antiphon.dev/errors/` and the `code`. */
  type: string;
}

/** Something that people are asked to decide. */
export interface Approval {
  /** Its id. */
  approval: ApprovalId;
  /** What the tool would be called with. */
  arguments?: {
    [k: string]: unknown;
  };
  /** Whose run. */
  bot: UserId;
  /** When the default is taken. */
  deadline: Timestamp;
  /** The answer, once there is one. */
  decision?: Decision;
  /** What is taken to be the answer at the deadline. */
  default: DefaultAction;
  /** Whether whoever approves may change the arguments. */
  editable?: boolean;
  /** Who may answer. People only: a bot never decides for another. */
  eligible: Eligible;
  /** A permission, or a question. */
  kind: AskKind;
  /** The message that shows the tool call, if it is about one. */
  message_id?: MessageId;
  /** What to decide, in a sentence. */
  prompt: string;
  /** The run that waits for it. */
  run: RunId;
  /** JSON Schema of the answer that a question wants: an object with flat fields. */
  schema?: {
    [k: string]: unknown;
  };
  /** For how long an approval may be made to hold. */
  scopes?: Scope[];
  /** Name of the tool it is about. */
  tool?: string;
  /** The tool call it is about. */
  tool_call?: ToolCallId;
}

/** An answer. */
export interface Decision {
  /** Which. */
  action: DecisionAction;
  /** The arguments to call the tool with instead. */
  arguments?: {
    [k: string]: unknown;
  };
  /** When. */
  at: Timestamp;
  /** Who gave it; the server's own user at the deadline or when the run ended first. */
  by: UserId;
  /** How it came to be. */
  cause: DecisionCause;
  /** The answer to a question. */
  content?: {
    [k: string]: unknown;
  };
  /** Why, in the words of whoever decided. */
  reason?: string;
  /** For how long it holds. */
  scope: Scope;
}

/** A bot as others see it. */
export interface Bot {
  /** Whether other bots can address it. */
  answers_bots?: boolean;
  /** What happens to messages while it is at work. */
  busy?: BusyPolicy;
  /** How it is reached. */
  connector: Connector;
  /** What it does, in a sentence. */
  description?: string;
  /** What is wrong with it. */
  error?: string;
  /** Whose it is; nobody's if the server brought it. */
  owner?: UserId;
  /** How often it was brought up again since someone last started it. */
  restarts?: number;
  /** Since when it has this status. */
  since?: Timestamp;
  /** Whether it is at work. */
  status: BotStatus;
  /** Things worth asking it first. */
  suggestions?: string[];
  /** Which messages it takes. */
  trigger?: TriggerPolicy;
  /** Its identity. */
  user: User;
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

/** The signals of a room that are in force when a client joins it. */
export interface Signals {
  /** Who is not offline. */
  presence: Presence[];
  /** What waits for bots. */
  queues?: Queue[];
  /** How far people have read, in rooms with few members. */
  read_by?: ReadBy[];
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

/** What waits for a bot in a room, and why. Told anew whenever it changes; an empty `waiting` means that nothing waits. */
export interface Queue {
  /** The bot. */
  bot: UserId;
  /** How many there are. */
  count: number;
  /** Why the first one waits. */
  reason?: QueueReason;
  /** The runs in their order, the next one first; the first fifty. */
  waiting: RunId[];
}

/** How far somebody has read. */
export interface ReadBy {
  /** The `ordinal` of the last message read. */
  ordinal: number;
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
  /** The least role that may see it; everyone if left out. */
  visible_to?: Role;
}

/** A room, brought up to date. Live events follow once the last page was sent. */
export interface Joined {
  /** Decisions that are awaited. */
  approvals?: Approval[];
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
  /** Runs that are not over, the oldest first; the first fifty. */
  runs?: Run[];
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

/** See [`Reply::Pinned`]. */
export interface PinnedList {
  /** There are more than one answer holds. */
  more?: boolean;
  /** The pinned messages, the one that was pinned last first. */
  pinned: Message[];
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
export interface BotPage {
  /** The bots, by id. */
  bots: Bot[];
  /** Whether there are more. */
  more: boolean;
}

/** See [`Reply::Bot`]. */
export interface BotReply {
  /** The bot as everyone sees it. */
  bot: Bot;
  /**
   * What is known of its last trouble beyond the bot's `error`: what its program said last on its error output, or what its
   * agent reported; to its owner and to administrators.
   */
  details?: string;
  /** What was said about it, without its secrets; to its owner and to administrators. */
  spec?: BotSpec;
  /** The token for its socket: told once, when it is made. */
  token?: string;
}

/** See [`Reply::Cancelled`]. How it ends is in the log, as a `run_changed` or `tool_changed`. */
export interface Cancelled {
  /** Whether there was something to stop; false if it had ended already. */
  accepted: boolean;
  /** When the server ends it by force at the latest. */
  deadline?: Timestamp;
}

/** See [`Reply::Decision`]. */
export interface DecisionReply {
  /** Whether this answer is the one that counts. If not, `decision` tells which does. */
  accepted: boolean;
  /** The answer that counts. */
  decision: Decision;
}

/** See [`Reply::Approval`]. */
export interface ApprovalFound {
  /** What was asked, with the `decision` once there is one. */
  approval: Approval;
}

/** See [`Reply::Runs`]. */
export interface RunPage {
  /** The decisions that these runs await. */
  approvals: Approval[];
  /** Whether there are more. */
  more: boolean;
  /** The runs, the oldest first. */
  runs: Run[];
  /** Where those of them stand that wait, and why they do. */
  waiting?: Waiting[];
}

/** Where a run stands that waits, and why it does: what `queue` tells of all that wait for a bot, of one of them. */
export interface Waiting {
  /** Its place among those that wait for its bot in its room: 1 is the next one. */
  position: number;
  /** Why it waits; nothing if it is about to begin. */
  reason?: QueueReason;
  /** The run. */
  run: RunId;
}

/** See [`Reply::Run`]. */
export interface RunFound {
  /** The run as it is. */
  run: Run;
  /** If it waits: where it stands, and why it does. */
  waiting?: Waiting;
}

/** See [`Reply::Grants`]. */
export interface GrantPage {
  /** The approvals, by bot and tool. */
  grants: Grant[];
  /** Whether there are more. */
  more: boolean;
}

/** An approval that holds for more than one time. */
export interface Grant {
  /** When. */
  at: Timestamp;
  /** The bot that was allowed something. */
  bot: UserId;
  /** Who gave it. */
  by: UserId;
  /** Names it: what comes after it in a list is asked for with this. */
  id: GrantId;
  /** The room in which it holds, if it holds in one only. */
  room?: RoomId;
  /** For how long it holds: `session` or `always`. */
  scope: Scope;
  /** The tool that it may use. */
  tool: string;
}

/** See [`Reply::Serving`]. */
export interface Serving {
  /**
   * How many runs at a time this connection is given at most: what it asked for, as far as the bot's registration allows it
   * and one frame can name them.
   */
  concurrency: number;
  /**
   * How long the bot may be silent before its runs are taken from it, in milliseconds. A heartbeat at a third of this is
   * good.
   */
  lease_ms: number;
  /** Runs of `holding` that are over, or are another attempt's by now. */
  lost: RunId[];
  /** Runs of `holding` that go on. */
  resumed: HeldRun[];
}

/** See [`Reply::Alive`]. */
export interface Alive {
  /** Runs that are not with this connection any more: stop working on them. */
  lost: RunId[];
}

/** See [`Reply::Opened`]. */
export interface Opened {
  /** The answer. */
  message_id: MessageId;
  /** How much of each part the server has. */
  parts: HeldPart[];
}

/** How much of a part the server has. */
export interface HeldPart {
  /** Length of its growing text, in bytes. */
  end: number;
  /** Index of the part. */
  part: number;
}

/** See [`Reply::Asked`]. */
export interface Asked {
  /** The decision's id; the answer comes as `decided`. */
  approval: ApprovalId;
  /** The answer, if an earlier decision holds for this one too. */
  decision?: Decision;
}

/** See [`Reply::Done`]. */
export interface Done {}

/** See [`Event::Run`](crate::Event::Run). */
export interface RunOffer {
  /** What was said before it, the oldest first; `history` gives more. */
  context: Message[];
  /** Names of those who wrote all that, by id. */
  names: {
        [k: string]: string;
  };
  /** Where. */
  room: Room;
  /** The run; its `attempt` goes with everything that the bot writes for it. */
  run: Run;
  /** The message that caused it. */
  trigger: Message;
}

/** See [`Event::CancelRun`](crate::Event::CancelRun). */
export interface CancelRun {
  /** The attempt. */
  attempt: number;
  /** Who wants it stopped. */
  by: UserId;
  /** When the server ends it by force. */
  deadline: Timestamp;
  /** The room. */
  room: RoomId;
  /** The run. */
  run: RunId;
}

/** See [`Event::CancelTool`](crate::Event::CancelTool). */
export interface CancelTool {
  /** The attempt. */
  attempt: number;
  /** Who wants it stopped; the server's own user if it took too long. */
  by: UserId;
  /** When the server ends it by force. */
  deadline: Timestamp;
  /** Whether the server closed it already, or gives it a grace time. */
  outcome: CancelOutcome;
  /** The room. */
  room: RoomId;
  /** The run. */
  run: RunId;
  /** The tool call. */
  tool_call: ToolCallId;
}

/** See [`Event::Steer`](crate::Event::Steer). */
export interface Steer {
  /** The attempt. */
  attempt: number;
  /** The message that arrived. */
  message: Message;
  /** The room. */
  room: RoomId;
  /** The run that is at work. */
  run: RunId;
}

/** See [`Event::Decided`](crate::Event::Decided). */
export interface Decided {
  /** What was asked. */
  approval: ApprovalId;
  /** The answer. */
  decision: Decision;
  /** The room. */
  room: RoomId;
  /** The run. */
  run: RunId;
}

/** See [`Event::RunOver`](crate::Event::RunOver). */
export interface RunOver {
  /** The attempt that is over. */
  attempt: number;
  /** The answer, if it had been opened. */
  message_id?: MessageId;
  /** The room. */
  room: RoomId;
  /** The run. */
  run: RunId;
  /** The state that the run has. */
  state: RunState;
}

/** The answer to a join. The room itself comes before it, as `room_state`. */
export interface Entered {
  /** Position of the last entry of the log. */
  head: number;
  /** Whether what follows comes right behind the cursor that was given. */
  resumed: boolean;
  /** The room. */
  room: RoomId;
}

/** A room as it is now, for a client that knows nothing of it. What happens from here on follows as events. */
export interface RoomState {
  /** Decisions that are awaited. */
  approvals: Approval[];
  /** The bots of this room. */
  bots: Bot[];
  /** Position of the last entry of the log. */
  head: number;
  /** The room. */
  info: Room;
  /** The user's own membership. */
  me: Member;
  /** How many members there are. */
  member_count: number;
  /** The first members, by id; `list_members` gives the rest. */
  members: Member[];
  /**
   * The newest messages, oldest first, as they are now: those that are still growing, too, with the text so far. `history`
   * gives earlier ones.
   */
  messages: Message[];
  /** How many messages there are. */
  ordinal: number;
  /** Who is not offline. */
  presence: Presence[];
  /** What waits for bots. */
  queues: Queue[];
  /** How many messages the user has read. */
  read: number;
  /** How far people have read, in rooms with few members. */
  read_by: ReadBy[];
  /** Why what the client held is of no use. */
  reason?: ResetReason;
  /** The room's id. */
  room: RoomId;
  /** Runs that are not over. */
  runs: Run[];
  /** Who is typing. */
  typing: UserId[];
}

/** A piece of what a bot says, or of its reasoning. The pieces of a part, put together, are its text. */
export interface ChatResponse {
  /** What it grew by. */
  delta: string;
  /** Whether nothing more comes. */
  done: boolean;
  /** The message that grows. */
  message_id: MessageId;
  /** Index of the part. A message may have several of text. */
  part: number;
  /** Forget what you have of this part and of those behind it: `delta` is all of it. Another attempt writes it anew. */
  replace?: boolean;
  /** The room. */
  room: RoomId;
  /** The run that writes it. */
  run?: RunId;
  /** With `done`: how it ended. */
  status?: MessageStatus;
}

/** A tool call as it is now. */
export interface ChatToolExecution {
  /** What the tool was called with. */
  arguments?: {
    [k: string]: unknown;
  };
  /** What went wrong, in words. */
  error?: string;
  /** The message that shows the call. */
  message_id: MessageId;
  /** Name of the tool. */
  name: string;
  /** What its output grew by. */
  output?: string;
  /** Index of its part. */
  part: number;
  /** The latest progress. */
  progress?: Progress;
  /** Forget its output so far: `output` is all of it. */
  replace?: boolean;
  /** What the tool answered. */
  result?: {
    [k: string]: unknown;
  };
  /** The room. */
  room: RoomId;
  /** The run that it is of. */
  run?: RunId;
  /** How far it is; left out where only its output grew. */
  status?: ToolState;
  /** The call. */
  tool_call: ToolCallId;
}

/** A request that was refused, and whose client wanted no acknowledgement. */
export interface Refused {
  /** For the program. */
  code: ErrorCode;
  /** The event that the client had sent. */
  event: string;
  /** The field at fault. */
  field?: string;
  /** The limit that was passed. */
  limit?: number;
  /** For the person: what happened and what to do. */
  message: string;
  /** When to try again. */
  retry_after_ms?: number;
  /** Whether the same request may succeed later. */
  retryable: boolean;
}

/** An unsubscription, on this connection. */
export interface Unsubscribed {
  /** The room of which nothing more comes. */
  room: RoomId;
}

/** Answer to `POST /v1/tickets`: stands in for a token where none can be sent in a header. */
export interface Ticket {
  /** When it expires. */
  expires_at: Timestamp;
  /** Good once, for a short time, as `?ticket=`. */
  ticket: string;
}
