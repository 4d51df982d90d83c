"""A small classifier for the time without the NLU server: how probable a risk is, learnt by counting alone.

Complement naive Bayes over runs of letters, words and pairs of words, hashed into a fixed number of places. It needs
no Rasa, is learnt from ``nlu/data`` in some seconds when it is first wanted, and is kept beside the models. On messages
of others it finds .82 of the risks where it flags nine harmless ones in a hundred; the rules alone find .58.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np

from bot.understanding.client import Named, Parsed, RiskShare
from nlu.text import corpus
from nlu.text.normalise import normalise
from nlu.text.tokens import tokens
from nlu.text.topics import RISKS

PLACES: Final = 1 << 17
RUNS: Final = (3, 4, 5)
"""Lengths of the runs of letters."""
ALPHA: Final = 0.1
SHARPNESS: Final = 8.0
"""How far scores lie apart: so that probabilities spread over 0 to 1."""
FORMAT: Final = "1"
"""Changes with what is counted, so that nothing kept is read by another version."""


def pieces(text: str) -> Iterator[str]:
    """Yield what is counted of a text: runs of letters within words, words, and pairs of words."""
    words = tokens(normalise(text))
    for word in words:
        padded = f" {word} "
        for length in RUNS:
            for at in range(len(padded) - length + 1):
                yield padded[at : at + length]
        yield f"w{word}"
    for one, other in itertools.pairwise(words):
        yield f"{one} {other}"


def count(text: str) -> tuple[Any, Any]:
    """Return the places of a text and how much each weighs (1 and the logarithm of how often)."""
    found = Counter(crc32(piece.encode()) & (PLACES - 1) for piece in pieces(text))
    places = np.fromiter(found, dtype=np.int64, count=len(found))
    often = np.fromiter(found.values(), dtype=np.float32, count=len(found))
    return places, 1 + np.log(often)


class Spare:
    """What was learnt: a weight for each place and topic."""

    def __init__(self, topics: list[str], weights: Any, rarity: Any) -> None:  # noqa: ANN401 - numpy's arrays
        """Take what ``learn`` or ``load`` made."""
        self._topics = topics
        self._weights = weights
        self._rarity = rarity

    @classmethod
    def learn(cls, lines: Iterable[corpus.Utterance]) -> Spare:
        """Count the utterances and return what follows from them."""
        counted = [(line.topic, *count(line.text)) for line in lines]
        topics = sorted({topic for topic, _, _ in counted})
        number = {topic: i for i, topic in enumerate(topics)}
        seen = np.zeros(PLACES, dtype=np.float32)
        for _, places, _ in counted:
            seen[places] += 1
        rarity = np.log((1 + len(counted)) / (1 + seen)).astype(np.float32) + 1
        sums = np.zeros((len(topics), PLACES), dtype=np.float32)
        for topic, places, often in counted:
            values = often * rarity[places]
            sums[number[topic], places] += values / np.linalg.norm(values) if len(values) else values
        others = sums.sum(axis=0) + ALPHA - sums
        weights = -np.log(others / others.sum(axis=1, keepdims=True))
        return cls(topics, weights.astype(np.float16), rarity.astype(np.float16))

    def parse(self, text: str) -> Parsed | None:
        """Return the risk of a text as the server would say it, without topics; None where nothing is known of it."""
        places, often = count(text)
        if not len(places):
            return None
        values = often * self._rarity[places]
        values = values / np.linalg.norm(values)
        scores = self._weights[:, places].astype(np.float32) @ values
        powers = np.exp(SHARPNESS * (scores - scores.max()))
        shares = dict(zip(self._topics, (powers / powers.sum()).tolist(), strict=True))
        risks = sorted((Named(risk, shares.get(risk, 0.0)) for risk in RISKS), key=lambda one: -one.confidence)
        return Parsed((), RiskShare(min(1.0, sum(one.confidence for one in risks)), tuple(risks)))

    def save(self, path: Path) -> None:
        """Write it; the file is there whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}-{os.getpid()}")
        with new.open("wb") as file:
            np.savez(file, topics=np.array(self._topics), weights=self._weights, rarity=self._rarity)
        new.replace(path)

    @classmethod
    def load(cls, path: Path) -> Spare:
        """Return what ``save`` wrote. Raises OSError or ValueError where the file is not of ours."""
        with np.load(path, allow_pickle=False) as found:
            return cls(found["topics"].tolist(), found["weights"], found["rarity"])


def prepared(folder: Path, data: Path = corpus.FOLDER) -> Spare:
    """Return what belongs to ``nlu/data`` as it is now: as it was kept in a folder, else learnt and kept there."""
    digest = hashlib.sha256(FORMAT.encode())
    for file in sorted(data.glob("*.yml")):
        digest.update(file.read_bytes())
    path = folder / f"spare-{digest.hexdigest()[:16]}.npz"
    try:
        return Spare.load(path)
    except (OSError, ValueError, KeyError):
        spare = Spare.learn(corpus.load(data))
    spare.save(path)
    for old in folder.glob("spare-*.npz"):
        if old != path:
            old.unlink(missing_ok=True)
    return spare
