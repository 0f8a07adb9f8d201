/** What shows of a member who is looked at more closely: fetched when the first one is. */
export { BotDetails } from './BotDetails.tsx';
export { MemberVerbs } from './MemberVerbs.tsx';
