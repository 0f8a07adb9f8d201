/** The seam below the connection: anything that carries frames both ways in order. Nothing above knows which. */

/** What a line can be carried by. */
export type TransportName = 'websocket' | 'sse';

/** An open or opening line to the server. */
export interface Channel {
  /** Only after it opened. */
  send(frame: object): void;
  /** Ends it; what is reported afterwards is not listened to. */
  close(code: number): void;
}

/** What a channel reports. */
export interface ChannelEvents {
  /** Frames can be sent; the first one is `authenticate`. */
  opened(by: TransportName): void;
  /** One or more objects of the wire, one per line. */
  received(data: string): void;
  closed(code: number, reason: string): void;
}

/** Opens a line to the server at this address, for whoever this token signs in. */
export type Dial = (by: TransportName, server: string, events: ChannelEvents, token: string) => Channel;

/** One way of carrying lines. */
export type Transport = (server: string, events: ChannelEvents) => Channel;
