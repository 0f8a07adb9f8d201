/** The seam below the connection: anything that carries frames both ways in order. Nothing above knows which. */

/** An open or opening way to the server. */
export interface Channel {
  send(text: string): void;
  /** Ends it; nothing is reported afterwards. */
  close(code: number, reason: string): void;
}

/** What a channel reports. */
export interface ChannelEvents {
  opened(): void;
  received(data: string): void;
  closed(code: number, reason: string): void;
}

/** Opens a channel. */
export type Transport = (url: string, events: ChannelEvents) => Channel;
