/** The wire's types under one name, so that the rest of the SDK says `Wire.Message` and never confuses it with its own. */
export type * as Wire from '../generated/protocol.ts';
