"""The classifier itself, without Rasa: one linear model for the topics, with scores turned into probabilities.

Its weights are those of linear support vectors and of complement naive Bayes, added up; how much each counts, and how
sharply scores become probabilities, is found on messages held back while a first round learns. Each message is learnt
twice, once with gaps in its concepts. The probability of a risk is the sum over the five risk topics.

Measured on messages of others, at two false alarms in a hundred, right alarms: support vectors alone .63, with naive
Bayes .65, without what the rules saw .72, with gaps .75. A second classifier asked only "risk or not": .57.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import vstack
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from nlu.components.features import Features, Sample
from nlu.text.topics import CARER_TOPICS, RISKS

SEED: Final = 7
HELD_BACK: Final = 5
"""One message in so many is held back for the calibration."""
C: Final = 0.5
GAPS: Final = 0.5
"""This share of the concepts is not seen when a message is learnt for the second time."""
ALPHA: Final = 0.1
"""How much naive Bayes mistrusts what it saw seldom."""
CHILD_ASKS_AS_CARER: Final = 0.1
"""How much less often a child asks about what is a carer's topic."""


class Answer(NamedTuple):
    """The topics from the most probable to the least, and how probable each risk is."""

    ranking: list[tuple[str, float]]
    risk: float
    risks: dict[str, float]


class TopicModel:
    """Learns from samples and their topics; answers with probabilities."""

    def __init__(self) -> None:
        """Start without knowledge."""
        self.features = Features()
        self.topics: list[str] = []
        self._weights: Any = None
        self._bias: Any = None
        self.shares = (4.0, 0.5)
        """What support vectors and naive Bayes count."""

    def fit(self, samples: Sequence[Sample], topics: Sequence[str]) -> None:
        """Learn: vocabulary, topics, and how far the scores can be believed."""
        labels = np.array(topics)
        matrix = self.features.fit(samples)
        faint = self.features.transform(_with_gaps(samples))
        order = np.random.RandomState(SEED).permutation(len(labels))
        held, kept = order[: len(order) // HELD_BACK], order[len(order) // HELD_BACK :]
        self._calibrate(vstack([matrix[kept], faint[kept]]), np.tile(labels[kept], 2), matrix[held], labels[held])
        svm, bayes = _learn(vstack([matrix, faint]), np.tile(labels, 2))
        of_svm, of_bayes = self.shares
        self.topics = [str(topic) for topic in svm.classes_]
        weights = of_svm * svm.coef_ + of_bayes * bayes.feature_log_prob_
        self._weights = weights.astype(np.float32).T.copy()
        self._bias = (of_svm * svm.intercept_).astype(np.float32)

    def _calibrate(self, matrix: Any, labels: Any, held: Any, truth: Any) -> None:  # noqa: ANN401 - scipy's matrices have no types
        svm, bayes = _learn(matrix, labels)
        one, other = svm.decision_function(held), bayes.predict_log_proba(held)
        known = {topic: i for i, topic in enumerate(svm.classes_)}
        right = np.array([known.get(topic, 0) for topic in truth])
        rows = np.arange(len(right))

        def loss(shares: Any) -> float:  # noqa: ANN401
            return float(-np.log(_softmax(one * shares[0] + other * shares[1])[rows, right] + 1e-9).mean())

        found = minimize(loss, self.shares, method="Nelder-Mead", options={"xatol": 0.02, "fatol": 1e-4})
        self.shares = tuple(float(share) for share in found.x)

    def answer(self, sample: Sample) -> Answer:
        """Return topics and risk of one message."""
        columns, values = self.features.one(sample)
        row = _softmax((values @ self._weights[columns] + self._bias)[np.newaxis])[0]
        factor = CHILD_ASKS_AS_CARER if sample.audience == "child" else 1.0
        weighed = np.where(np.isin(self.topics, CARER_TOPICS), row * factor, row)
        weighed = weighed / weighed.sum()
        order = np.argsort(-weighed, kind="stable")
        ranking = [(self.topics[i], float(weighed[i])) for i in order]
        of_risk = {topic: value for topic, value in ranking if topic in RISKS}
        return Answer(ranking, min(1.0, sum(of_risk.values())), of_risk)

    def save(self, path: Path) -> None:
        """Write everything into one file; half precision is enough for weights, and half the size."""
        half = dict(self.__dict__, _weights=self._weights.astype(np.float16))
        path.write_bytes(pickle.dumps(half, protocol=4))

    @classmethod
    def load(cls, path: Path) -> TopicModel:
        """Return what ``save`` wrote. The file is made by our own training and lies in our own data directory."""
        model = cls()
        model.__dict__.update(pickle.loads(path.read_bytes()))  # noqa: S301 - Rasa's models are pickles too
        model._weights = model._weights.astype(np.float32)
        return model


def _with_gaps(samples: Sequence[Sample]) -> list[Sample]:
    """Return the samples as a lexicon with gaps would show them: the one we have was grown on these very messages."""
    random = np.random.RandomState(SEED)
    return [
        sample._replace(
            reading=sample.reading._replace(hits=[hit for hit in sample.reading.hits if random.rand() >= GAPS])
        )
        for sample in samples
    ]


def _learn(matrix: Any, labels: Any) -> tuple[LinearSVC, ComplementNB]:  # noqa: ANN401
    return LinearSVC(C=C, random_state=SEED).fit(matrix, labels), ComplementNB(alpha=ALPHA).fit(matrix, labels)


def _softmax(scores: Any) -> Any:  # noqa: ANN401
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
