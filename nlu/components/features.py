"""What the classifier sees of a message: runs of letters, words, concepts and pairs of them.

What the risk rules saw is left out on purpose: lexicon and rules were grown on the very messages it learns from, so
that it would believe them far too much (with them it found .65 of the risk messages that others wrote, without .72).
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from nlu.text.reading import Reading

NEAR: Final = 6
"""Two concepts make a pair when no more words than this lie between their beginnings."""


class Sample(NamedTuple):
    """A message that was read, and who wrote it (None: either)."""

    reading: Reading
    audience: str | None


def letters(sample: Sample) -> str:
    """Return the folded text, for runs of letters."""
    return sample.reading.folded


def word_list(sample: Sample) -> list[str]:
    """Return words and neighbouring pairs of words."""
    words = sample.reading.words
    return [*words, *(f"{a} {b}" for a, b in itertools.pairwise(words))]


def concept_list(sample: Sample) -> list[str]:
    """Return concepts and pairs of concepts near each other, in their order."""
    hits = sample.reading.hits
    found = list(sample.reading.concepts)
    pairs = {
        f"{a.concept}>{b.concept}"
        for i, a in enumerate(hits)
        for b in hits[i + 1 :]
        if a.concept != b.concept and a.end <= b.start < a.start + NEAR
    }
    return [*found, *sorted(pairs)]


class Features:
    """Three weighted views side by side."""

    def __init__(self) -> None:
        """Prepare the views; nothing is learnt yet."""
        self.letters = TfidfVectorizer(
            preprocessor=letters,
            analyzer="char_wb",
            ngram_range=(2, 5),
            min_df=2,
            sublinear_tf=True,
            dtype=np.float32,
            max_features=160_000,
        )
        self.words = TfidfVectorizer(
            analyzer=word_list, min_df=2, sublinear_tf=True, dtype=np.float32, max_features=60_000
        )
        self.concepts = TfidfVectorizer(
            analyzer=concept_list, min_df=2, sublinear_tf=True, dtype=np.float32, max_features=60_000
        )
        self.weights = (1.0, 1.0, 1.0)

    def fit(self, samples: Sequence[Sample]) -> csr_matrix:
        """Learn the vocabulary and return the features."""
        return self._join([view.fit_transform(samples) for view in (self.letters, self.words, self.concepts)])

    def transform(self, samples: Sequence[Sample]) -> csr_matrix:
        """Return the features of messages, a row each."""
        return self._join([view.transform(samples) for view in (self.letters, self.words, self.concepts)])

    def one(self, sample: Sample) -> tuple[np.ndarray, np.ndarray]:
        """Return the features of one message as column numbers and values: the same as ``transform``, but fast."""
        columns: list[int] = []
        parts: list[np.ndarray] = []
        offset = 0
        for (view, analyse, idf), weight in zip(self._fast, self.weights, strict=True):
            known = view.vocabulary_
            counts = Counter(known[piece] for piece in analyse(sample) if piece in known)
            if counts:
                own = np.fromiter(counts, dtype=np.int64, count=len(counts))
                often = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
                values = (1 + np.log(often)) * idf[own]
                parts.append(values * (weight / np.linalg.norm(values)))
                columns += (own + offset).tolist()
            offset += len(known)
        return np.array(columns, dtype=np.int64), np.concatenate(parts or [np.zeros(0)]).astype(np.float32)

    @cached_property
    def _fast(self) -> list[tuple[TfidfVectorizer, Callable[[Sample], list[str]], np.ndarray]]:
        views = (self.letters, self.words, self.concepts)
        return [(view, view.build_analyzer(), view.idf_.astype(np.float32)) for view in views]

    def __getstate__(self) -> dict[str, object]:
        """Leave out what is made again."""
        return {name: value for name, value in self.__dict__.items() if name != "_fast"}

    def _join(self, views: list[csr_matrix]) -> csr_matrix:
        parts = [view * np.float32(weight) for view, weight in zip(views, self.weights, strict=True)]
        return hstack(parts, format="csr", dtype=np.float32)
