// An MCP server that does what servers should not: the tests of the client call its tools by name. It is one of the old
// kind, or with the argument `new` of the kind that has no `initialize`.
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers';

const IS_NEW = process.argv[2] === 'new';

/** How many requests for the list have come; the tools change with the second. */
let lists = 0;

/** How many calls it was told to give up. */
let stops = 0;

function send(message) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

function tool(name) {
  return { name, inputSchema: { type: 'object' } };
}

const PAGES = [
  ['flood', 'die', 'hang'],
  ['leave a child', 'complain', 'ask twice', 'count stops', 'blab'],
];

const TOOLS = {
  /** Says more about its progress than anyone can read, backwards as well, and goes on after its answer. */
  flood(answer, token) {
    const progress = (progress) =>
      send({ method: 'notifications/progress', params: { progressToken: token, progress, total: 5000 } });
    for (let step = 0; step <= 5000; step += 1) progress(step);
    progress(7);
    answer('flooded');
    progress(8);
  },
  die() {
    process.exit(3);
  },
  hang() {},
  'count stops'(answer) {
    answer(String(stops));
  },
  /** Starts a program that would outlive it. */
  'leave a child'(answer) {
    answer(String(spawn('sleep', ['600'], { stdio: 'ignore' }).pid));
  },
  /** Fills its stderr: who does not read that hangs it. */
  complain(answer) {
    process.stderr.write('x'.repeat(1000000), () => answer('complained'));
  },
  /** Asks, withdraws the question, and answers nevertheless. */
  'ask twice'(answer) {
    const requestedSchema = { type: 'object', properties: { ok: { type: 'boolean' } } };
    send({ id: 'q1', method: 'elicitation/create', params: { message: 'First?', requestedSchema } });
    setTimeout(() => {
      send({ method: 'notifications/cancelled', params: { requestId: 'q1', reason: 'never mind' } });
      answer('decided alone');
    }, 200);
  },
};

const FORM = { type: 'object', properties: { name: { type: 'string' } } };

/** Servers of the new kind ask by an answer, and are called again with what they wanted to know. */
function askFirst(result, { inputResponses, requestState }) {
  if (inputResponses === undefined) {
    const params = { mode: 'form', message: 'Who?', requestedSchema: FORM };
    const inputRequests = { who: { method: 'elicitation/create', params } };
    result({ resultType: 'input_required', inputRequests, requestState: 'half done' });
  } else {
    const text = `${requestState}: ${JSON.stringify(inputResponses.who)}`;
    result({ resultType: 'complete', content: [{ type: 'text', text }] });
  }
}

function handleNew({ id, method, params }) {
  const result = (result) => send({ id, result });
  const kept = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' };
  if (method === 'server/discover') {
    result({ ...kept, supportedVersions: ['2026-07-28'], capabilities: { tools: {} } });
  } else if (method === 'tools/list') {
    result({ ...kept, tools: [tool('ask first')] });
  } else if (method === 'tools/call') {
    askFirst(result, params);
  } else if (id !== undefined && method !== undefined) {
    send({ id, error: { code: -32601, message: 'Method not found' } });
  }
}

function handle({ id, method, params }) {
  const result = (result) => send({ id, result });
  if (method === 'initialize') {
    const capabilities = { tools: { listChanged: true } };
    result({ protocolVersion: '2025-06-18', capabilities, serverInfo: { name: 'peer', version: '1' } });
  } else if (method === 'tools/list') {
    const page = Number(params?.cursor ?? 0);
    if (page === 0) lists += 1;
    const more = page + 1 < PAGES.length ? { nextCursor: String(page + 1) } : {};
    const late = lists > 1 && page > 0 ? ['late'] : [];
    result({ tools: [...PAGES[page], ...late].map(tool), ...more });
    if (lists === 1 && page > 0) send({ method: 'notifications/tools/list_changed' });
  } else if (method === 'tools/call') {
    const answer = (text) => result({ content: [{ type: 'text', text }] });
    // Where the test wants to know what was really called.
    if (process.env.JOURNAL !== undefined) appendFileSync(process.env.JOURNAL, `${params.name}\n`);
    if (params.name === 'blab') send({ id, error: { code: -32603, message: `no ${process.env.TOKEN}` } });
    else TOOLS[params.name](answer, params._meta?.progressToken);
  } else if (method === 'notifications/cancelled') {
    stops += 1;
  } else if (method === 'ping') {
    result({});
  } else if (id !== undefined && method !== undefined) {
    send({ id, error: { code: -32601, message: 'Method not found' } });
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line);
  if (IS_NEW) handleNew(message);
  else handle(message);
});
