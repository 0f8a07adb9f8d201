/** How much of what agents write is read out: chosen by whoever listens, kept on this device. */
import { kept } from '../view/kept.ts';

/** `finished`: an answer's beginning once it is whole; `sentences`: each sentence as it is written; `silent`: neither. */
export type Spoken = 'finished' | 'sentences' | 'silent';

export const spoken = kept<Spoken>('antiphon.spoken', 'finished', ['finished', 'sentences', 'silent']);
