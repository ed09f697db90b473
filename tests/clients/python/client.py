"""Runs one scenario with the official Python client and prints what the client saw.

The scenario is the only argument, a JSON object; the output is one too. Both are the same for
every client here:

    {"server": {"command": "...", "args": [...]} or {"url": "..."},
     "mode": "2026-07-28", "auto" or "legacy",
     "calls": [{"tool": "...", "arguments": {...}}],
     "cancel": {"tool": "...", "arguments": {...}, "after_seconds": 0.5}}

    {"protocol_version": "...", "server": {...}, "capabilities": {...}, "instructions": "...",
     "tools": [...], "calls": [{"result": {...} or "error": {...}, "progress": [...], "late": 0}],
     "cancelled_at": seconds since 1970}
"""

import asyncio
import json
import sys
import time

from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters


def plain(model):
    return model.model_dump(mode="json", by_alias=True, exclude_none=True) if model is not None else None


async def call(client, wanted):
    """Calls a tool. `late` counts the progress reports that came after the result."""
    progress, ended = [], False
    late = 0

    async def report(done, total, message):
        nonlocal late
        progress.append([done, total, message])
        late += ended

    seen = {"progress": progress}
    try:
        seen["result"] = plain(
            await client.call_tool(wanted["tool"], wanted.get("arguments", {}), progress_callback=report)
        )
    except MCPError as error:
        seen["error"] = plain(error.error)
    ended = True
    await asyncio.sleep(0.2)
    return seen | {"late": late}


async def cancel(client, wanted):
    """Calls a tool and leaves it, and says when."""
    running = asyncio.create_task(client.call_tool(wanted["tool"], wanted.get("arguments", {})))
    await asyncio.sleep(wanted["after_seconds"])
    if running.done():
        raise RuntimeError(f"the call ended before it could be cancelled: {running}")
    at = time.time()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    # The connection stays open: it is the call that is cancelled, not its client.
    await asyncio.sleep(wanted.get("stay_seconds", 1))
    return at


async def run(scenario):
    server = scenario["server"]
    server = server["url"] if "url" in server else StdioServerParameters(**server)
    async with Client(server, mode=scenario["mode"]) as client:
        seen = {
            "protocol_version": client.protocol_version,
            "server": plain(client.server_info),
            "capabilities": plain(client.server_capabilities),
            "instructions": client.instructions,
            "tools": [plain(tool) for tool in (await client.list_tools()).tools],
            "calls": [await call(client, wanted) for wanted in scenario.get("calls", [])],
        }
        if "cancel" in scenario:
            seen["cancelled_at"] = await cancel(client, scenario["cancel"])
        # The connection is as good as before.
        seen["tools_at_the_end"] = len((await client.list_tools(cache_mode="bypass")).tools)
    return seen


print(json.dumps(asyncio.run(run(json.loads(sys.argv[1])))))
