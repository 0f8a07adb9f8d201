/** The key that sends. */
import type { KeyboardEvent } from 'react';

/** The code that browsers give to keys an input method has taken. */
const TAKEN_BY_INPUT_METHOD = 229;

/** Enter that sends: not while an input method composes, not with a modifier, not on a phone's keyboard. */
export function isEnter(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' || event.shiftKey || event.altKey) return false;
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- Safari reports the end of a composition only here
  if (event.nativeEvent.isComposing || event.keyCode === TAKEN_BY_INPUT_METHOD) return false;
  return event.metaKey || event.ctrlKey || !matchMedia('(pointer: coarse)').matches;
}
