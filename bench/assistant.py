"""Rasa's own REST channel with a trivial assistant: one intent, one rule, one sentence, everything in memory only."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp

from bench.place import child
from bot.nlu_service import places
from bot.store.server import free_port

AT_ONCE: Final = 16
UP_S: Final = 120.0
FILES: Final = {
    "config.yml": """\
recipe: default.v1
assistant_id: bench
language: en
pipeline: [{name: KeywordIntentClassifier}]
policies: [{name: RulePolicy}]
""",
    "domain.yml": """\
version: "3.1"
intents: [menu, bye]
responses:
  utter_menu:
    - text: What is it about?
      buttons: [{title: School, payload: /menu}, {title: That is all, payload: /bye}]
""",
    "data.yml": """\
version: "3.1"
nlu:
  - {intent: menu, examples: "- menu\\n"}
  - {intent: bye, examples: "- bye\\n"}
rules:
  - {rule: menu, steps: [{intent: menu}, {action: utter_menu}]}
""",
    "credentials.yml": "rest:\n",
}


async def trained(folder: Path) -> Path:
    """Train the assistant into a folder. Raises RuntimeError where Rasa fails."""
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    options = ["--config", "config.yml", "--domain", "domain.yml", "--data", "data.yml"]
    files = [str(folder / word) if word.endswith(".yml") else word for word in options]
    command = [str(places.python()), "-m", "rasa", "train", *files, "--out", str(folder), "--fixed-model-name", "bench"]
    async with child(command, env=places.environment()) as process:
        said, _ = await process.communicate()
    made = folder / "bench.tar.gz"
    if process.returncode or not made.is_file():
        sys.stderr.write(said.decode("utf-8", "replace")[-2000:])
        msg = f"Rasa could not train the trivial assistant (exit code {process.returncode})"
        raise RuntimeError(msg)
    return made


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[str]:
    """Train and serve the assistant, and return the address of its REST channel."""
    model, port = await trained(folder), free_port()
    command = [str(places.python()), "-m", "rasa", "run", "-m", str(model), "-i", "127.0.0.1", "-p", str(port)]
    credentials = ["--credentials", str(folder / "credentials.yml"), "--quiet"]
    async with child([*command, *credentials], env=places.environment()) as process:
        await _up(f"http://127.0.0.1:{port}/", process)
        yield f"http://127.0.0.1:{port}/webhooks/rest/webhook"


async def _up(url: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(UP_S), aiohttp.ClientSession(trust_env=False) as session:
        while process.returncode is None:
            try:
                async with session.get(url):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.2)
    msg = "Rasa's server ended before it answered"
    raise RuntimeError(msg)


async def presses(url: str, senders: Sequence[str]) -> tuple[float, list[float]]:
    """Press the button once for each sender, some at once; return the seconds for all, and for each.

    Raises:
        RuntimeError: The assistant did not answer.
    """
    room = asyncio.Semaphore(AT_ONCE)
    each: list[float] = []
    async with aiohttp.ClientSession(trust_env=False) as session:

        async def one(sender: str) -> None:
            async with room:
                begun = time.perf_counter()
                async with session.post(url, json={"sender": sender, "message": "/menu"}) as response:
                    answer = await response.json()
                if not answer or "text" not in answer[0]:
                    msg = "Rasa did not answer"
                    raise RuntimeError(msg)
                each.append(time.perf_counter() - begun)

        begun = time.perf_counter()
        await asyncio.gather(*map(one, senders))
        return time.perf_counter() - begun, each
