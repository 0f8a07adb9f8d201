/** Every hook and component at once, as a page shows them that is rendered on a server. */
import { type ChatClient, textOf } from '@antiphon/client';
import {
  ChatProvider,
  type InitialState,
  RoomProvider,
  useApproval,
  useApprovals,
  useBot,
  useBots,
  useChat,
  useConnection,
  useMessage,
  useMessages,
  usePresence,
  useQueue,
  useRoom,
  useRooms,
  useToolExecution,
  useToolExecutions,
  useTyping,
  useUnread,
  useWebSocket,
} from '@antiphon/react';
import { useBotChat } from '@antiphon/react/bot';
import { useComposer } from '@antiphon/react/composer';
import { BotChat, ChatWindow } from '@antiphon/react/ui';

function Hooks() {
  const { messages, status, typing } = useChat();
  const { keys } = useMessages();
  const { info, members } = useRoom();
  return (
    <section aria-label="hooks">
      <h2>{info?.name ?? 'unknown'}</h2>
      <p>{useConnection().state}</p>
      <p>
        {[
          status,
          typing.length,
          members.length,
          useWebSocket().readyState,
          useRooms().length,
          useUnread().total,
          usePresence().members.length,
          useTyping().typing.length,
          useBots().length,
          useBot('demo').status,
          useQueue('demo').count,
          useBotChat({ botId: 'demo', autoConnect: false }).roomId,
          useToolExecutions().tools.length,
          useToolExecution('none')?.name,
          useApprovals().pending.length,
          useApproval('none')?.prompt,
          useComposer().text,
        ].join(' ')}
      </p>
      <ul aria-label="all">
        {messages.map((message) => (
          <li key={message.key}>{textOf(message)}</li>
        ))}
      </ul>
      <ol aria-label="one by one">
        {keys.map((key) => (
          <Row key={key} id={key} />
        ))}
      </ol>
    </section>
  );
}

function Row({ id }: { id: string }) {
  const message = useMessage(id);
  return <li>{message && textOf(message)}</li>;
}

export function Everything({ chat, initialState }: { chat: ChatClient; initialState: InitialState }) {
  return (
    <ChatProvider client={chat} initialState={initialState}>
      <RoomProvider id="general">
        <Hooks />
      </RoomProvider>
      <div style={{ height: 400 }}>
        <ChatWindow room="general" />
      </div>
      <div style={{ height: 400 }}>
        <BotChat botId="demo" />
      </div>
    </ChatProvider>
  );
}
