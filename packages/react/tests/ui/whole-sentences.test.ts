/** Only what has become whole of a growing text is read out. */
import { expect, test } from 'vitest';
import { wholeSentences } from '../../src/ui/a11y/whole-sentences.ts';

test('B12: only whole sentences are read out while text grows', () => {
  expect(wholeSentences('It is 3.5 km. And th', 0, false)).toEqual({ said: 'It is 3.5 km.', to: 13 });
  expect(wholeSentences('It is 3.5 km. And th', 13, false)).toEqual({ said: '', to: 13 });
  expect(wholeSentences('It is 3.5 km. And there', 13, true)).toEqual({ said: 'And there', to: 23 });
});

test('B12: a line without a full stop ends with its line', () => {
  expect(wholeSentences('# Title\nText', 0, false)).toEqual({ said: '# Title', to: 8 });
});
