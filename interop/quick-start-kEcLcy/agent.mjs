import { HttpAgent } from '@ag-ui/client';

const url = 'http://127.0.0.1:42081';
const body = JSON.stringify({ name: 'Ada' });
const guest = await (
  await fetch(`${url}/v1/guests`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
).json();

const agent = new HttpAgent({
  url: `${url}/v1/bots/demo/ag-ui`,
  headers: { authorization: `Bearer ${guest.token}` },
});
agent.addMessage({ id: crypto.randomUUID(), role: 'user', content: 'countdown 3' });
await agent.runAgent({}, { onEvent: ({ event }) => console.log(event.type) });
console.log(agent.messages.at(-1).content);
