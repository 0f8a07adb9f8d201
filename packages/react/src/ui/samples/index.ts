/** People, agents and messages for galleries, stories and tests. */
export * from './messages.ts';
export * from './people.ts';
