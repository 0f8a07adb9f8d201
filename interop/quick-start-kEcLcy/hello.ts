import { createChatClient, signInGuest, textOf } from '@antiphon/client';

const url = 'http://127.0.0.1:8080';
const { token } = await signInGuest('Ada', { url });
const chat = createChatClient({ url, auth: token });
await chat.connect();

const room = chat.joinRoom('general');
await room.ready;
room.onMessage((message) => console.log(`${message.sender}: ${textOf(message)}`));
room.onToolExecution((tool) => console.log(`${tool.name}: ${tool.state}`));
await room.sendMessage('@demo countdown 3').settled;
