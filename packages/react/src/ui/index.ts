/** Components that are ready to use; their looks are in `@antiphon/react/ui/styles.css`. */
export { ConnectionBanner } from './connection/Banner.tsx';
export { TypingLine } from './composer/TypingLine.tsx';
export { MessageList } from './log/MessageList.tsx';
export { Composer } from './composer/Composer.tsx';
