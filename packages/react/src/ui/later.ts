/** Components whose code comes when one of them is first shown: what few messages need is not what every page loads. */
import { type ComponentType, lazy } from 'react';

/** The component of this name, out of a module that is loaded then. It suspends until it is there. */
export function later<Name extends string, Props>(
  load: () => Promise<Readonly<Record<Name, ComponentType<Props>>>>,
  name: Name,
) {
  return lazy(async () => ({ default: (await load())[name] }));
}
