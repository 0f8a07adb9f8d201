// When a test fails, what the processes said that ran beside it: Vitest reads this file before each file of tests.
import { afterEach } from 'vitest';

/** The end of what a process said is enough to see why it failed. */
const SHOWN_CHARACTERS = 4_000;

/** A process that can be asked what it said. */
interface Witness {
  readonly name: string;
  readonly output: () => string;
  readonly over: () => boolean;
}

const witnesses = new Set<Witness>();

/** Has the output of a process shown when the running test fails; those of a whole file, at each of its tests. */
export function witness(name: string, output: () => string, over: () => boolean): void {
  witnesses.add({ name, output, over });
}

afterEach(({ task }) => {
  for (const said of witnesses) {
    if (task.result?.state === 'fail') {
      console.log(`━━ ${said.name} ━━\n${said.output().slice(-SHOWN_CHARACTERS) || '(said nothing)'}`);
    }
    if (said.over()) witnesses.delete(said);
  }
});
