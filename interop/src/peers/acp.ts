// The example agent of the Agent Client Protocol's SDK: two tools, one of which asks for permission, in steps of a second.
import type { CommandLine } from './everything.ts';
import { script } from './scripts.ts';

/** The agent on stdio: whoever speaks to it starts it. */
export function acpAgent(): CommandLine {
  return { command: process.execPath, args: [script('@agentclientprotocol/sdk', 'dist/examples/agent.js')] };
}
