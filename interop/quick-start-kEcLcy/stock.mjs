import { io } from 'socket.io-client';
const url = 'http://127.0.0.1:41899', headers = { 'content-type': 'application/json' };
const { token } = await (await fetch(`${url}/v1/guests`, { method: 'POST', headers, body: '{"name":"Ada"}' })).json();
const socket = io(url, { auth: { token }, retries: 5, ackTimeout: 10_000 });
socket.on('message', ({ by, text }) => console.log(`${by}: ${text}`));
socket.on('chat:response', ({ delta }) => console.log('…', delta));
socket.on('chat:tool_execution', ({ name, status }) => status && console.log(name, status));
await socket.emitWithAck('join_room', { room_id: 'general' });
await socket.emitWithAck('send_message', { room_id: 'general', id: crypto.randomUUID(), text: '@demo countdown 3' });
