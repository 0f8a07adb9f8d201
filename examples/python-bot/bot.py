"""A bot on the bot socket: it surveys things for as long as it is asked to, tells how far it is, and can be stopped."""

from __future__ import annotations

import asyncio
import os
import re

from antiphon_bot import Bot, Run, Tool, ToolCancelled

bot = Bot(os.environ.get("ANTIPHON_URL", "http://127.0.0.1:8080"), token=os.environ["SURVEYOR_TOKEN"])


async def survey(tool: Tool) -> dict[str, int]:
    """Looks at so many things, one after the other, each for half a second."""
    count = int(tool.arguments["count"])
    for number in range(1, count + 1):
        await asyncio.sleep(0.5)
        await tool.progress(number / count, f"{number} of {count}")
        await tool.output(f"thing {number}: all right\n")
    return {"looked_at": count}


@bot.on_run
async def answer(run: Run) -> None:
    """Surveys as many things as the message names."""
    found = re.search(r"\d+", run.text)
    count = min(int(found.group()) if found else 10, 200)
    await run.status("thinking")
    await run.say(f"I will look at {count} things. ")
    await run.status("executing")
    try:
        result = await run.tool("survey", survey, {"count": count}, title="Look at things", timeout=120)
    except ToolCancelled as stop:
        await run.say(f"The survey ended early: {stop.reason}. What I saw is above.")
        return
    await run.say(f"Done: {result['looked_at']} things, all of them all right.")


if __name__ == "__main__":
    bot.run_forever()
