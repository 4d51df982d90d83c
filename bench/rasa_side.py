"""A process of the Rasa environment (Python 3.10): ``python -m bench.rasa_side MODEL`` reads JSON lines of texts.

It prints one JSON object: the first topic of each text, the seconds of each parse, and the memory of the process in MiB
before and after the model was loaded.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from pathlib import Path


def resident(process: int | str = "self") -> float:
    """Return the memory of a process now, in MiB."""
    pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


async def main(model: str) -> None:
    """Parse what stands on standard input."""
    from rasa.core.agent import Agent  # noqa: PLC0415 - takes seconds, which are not to be counted

    bare = resident()
    agent = Agent.load(model)
    texts = [json.loads(line) for line in sys.stdin if line.strip()]
    await agent.parse_message(texts[0])
    topics, seconds = [], []
    for text in texts:
        begun = time.perf_counter()
        answer = await agent.parse_message(text)
        seconds.append(time.perf_counter() - begun)
        topics.append((answer.get("intent") or {}).get("name"))
    print(json.dumps({"topics": topics, "seconds": seconds, "bare": bare, "loaded": resident()}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
