"""Asks a trained model real questions before it is used: ``python -m nlu.components.check MODEL``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Final

from nlu.text import corpus, envelope
from nlu.text.topics import TOPICS

EVERY: Final = 97
"""One utterance in so many of the training data is asked."""
RIGHT: Final = 0.8
"""At least this share must be answered rightly: these were learnt by heart, less is a broken model."""


async def faults(path: str) -> list[str]:
    """Return what is wrong with a model, nothing where it can be used."""
    from rasa.core.agent import Agent  # noqa: PLC0415 - takes seconds; not needed to read this module

    agent = Agent.load(path)
    if not agent.is_ready():
        return ["the model does not load"]
    lines = corpus.load()[::EVERY]
    right = 0
    for line in lines:
        answer = await agent.parse_message(envelope.close(line.text, line.audience, line.locale))
        names = [entry["name"] for entry in answer.get("intent_ranking", [])]
        if sorted(names) != sorted(TOPICS):
            return [f"the ranking holds {len(names)} topics instead of {len(TOPICS)}"]
        if not 0 <= answer.get("risk", {}).get("probability", -1) <= 1:
            return ["the answer lacks the probability of a risk"]
        right += names[0] == line.topic
    if lines and right < RIGHT * len(lines):
        return [f"only {right} of {len(lines)} utterances it was trained on are answered rightly"]
    return []


def main(arguments: list[str]) -> int:
    """Check the model named first; print what is wrong."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        sys.stdout.write("usage: python -m nlu.components.check MODEL\n")
        return 2
    found = asyncio.run(faults(arguments[0]))
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
