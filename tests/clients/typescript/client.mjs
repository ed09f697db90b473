// Runs one scenario with the TypeScript SDK's client and prints what the client saw. What goes in
// and what comes out stands in ../python/client.py; `mode` has no meaning here: this client opens
// with `initialize`.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { setTimeout as sleep } from "node:timers/promises";

const scenario = JSON.parse(process.argv[2]);

/** Calls a tool. `late` counts the progress reports that came after the result. */
async function call(client, { tool, arguments: args = {} }) {
  const seen = { progress: [], late: 0 };
  let ended = false;
  const onprogress = ({ progress, total, message }) => {
    seen.progress.push([progress, total ?? null, message ?? null]);
    seen.late += ended;
  };
  try {
    seen.result = await client.callTool({ name: tool, arguments: args }, undefined, { onprogress });
  } catch (error) {
    if (error.code === undefined) throw error;
    seen.error = { code: error.code, message: error.message, data: error.data };
  }
  ended = true;
  await sleep(200);
  return seen;
}

/** Calls a tool and leaves it, and says when. */
async function cancel(client, { tool, arguments: args = {}, after_seconds, stay_seconds = 1 }) {
  const abort = new AbortController();
  let ended = false;
  const running = client
    .callTool({ name: tool, arguments: args }, undefined, { signal: abort.signal })
    .then(() => (ended = true), () => {});
  await sleep(after_seconds * 1000);
  if (ended) throw new Error("the call ended before it could be cancelled");
  const at = Date.now() / 1000;
  abort.abort();
  await running;
  // The connection stays open: it is the call that is cancelled, not its client.
  await sleep(stay_seconds * 1000);
  return at;
}

const { server } = scenario;
const transport =
  "url" in server ? new StreamableHTTPClientTransport(new URL(server.url)) : new StdioClientTransport(server);
let protocol_version;
transport.setProtocolVersion = new Proxy(transport.setProtocolVersion ?? (() => {}), {
  apply(target, self, [version]) {
    protocol_version = version;
    return Reflect.apply(target, self, [version]);
  },
});
const client = new Client({ name: "test", version: "1" });
await client.connect(transport);
const seen = {
  protocol_version,
  server: client.getServerVersion(),
  capabilities: client.getServerCapabilities(),
  instructions: client.getInstructions(),
  tools: (await client.listTools()).tools,
  calls: [],
};
for (const wanted of scenario.calls ?? []) seen.calls.push(await call(client, wanted));
if (scenario.cancel) seen.cancelled_at = await cancel(client, scenario.cancel);
// The connection is as good as before.
seen.tools_at_the_end = (await client.listTools()).tools.length;
await transport.terminateSession?.();
await client.close();
// At once, and not when the last idle connection is given up.
process.stdout.write(JSON.stringify(seen) + "\n", () => process.exit());
