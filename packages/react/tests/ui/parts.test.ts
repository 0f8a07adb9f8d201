/** F9: of what an agent sends beside its words, people see what is for them. */
import type { Message } from '@antiphon/client';
import { expect, it } from 'vitest';
import { partViews, type PartFacts } from '../../src/ui/live/parts.ts';
import { Thoughts } from '../../src/ui/live/thoughts.ts';

const FACTS: PartFacts = {
  mine: true,
  stopping: new Set(),
  role: 'member',
  approvalOf: () => undefined,
  nameOf: (user) => user,
  thoughts: new Thoughts(),
  now: 0,
};

it('shows data by its name, and not what a connector keeps for itself', () => {
  const names = ['weather', 'ag-ui.state', 'ag-ui.origins', 'ag-ui.sealed', 'ag-ui.messages', 'ag-ui.raw'];
  const parts = names.map((name) => ({ type: 'data', name, value: { x: 1 } }));
  const message = { key: 'm', at: 0, status: 'complete', parts } as unknown as Message;
  const shown = partViews(message, FACTS).map((view) => view.kind === 'data' && view.label);
  expect(shown).toEqual(['weather', 'ag-ui.state']);
});
