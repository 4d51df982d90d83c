"""The only component of the pipeline: a text in its envelope becomes all 46 topics, ranked, and a chance of risk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.features import Sample
from nlu.components.importer import AUDIENCE, LOCALE
from nlu.components.model import TopicModel
from nlu.text import envelope, lexicon
from nlu.text.languages import Languages
from nlu.text.reading import read
from nlu.text.topics import TOPICS

INTENT_RANKING = "intent_ranking"
RISK = "risk"
_MODEL = "topics.pickle"
_LANGUAGES = "languages.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(IntentClassifier, GraphComponent):
    """Sets ``intent``, ``intent_ranking`` (all topics) and ``risk``; a text without words or signs gets no intent."""

    def __init__(self, storage: ModelStorage, resource: Resource) -> None:
        """Load the lexicon; what is learnt comes with ``train`` or ``load``."""
        self._storage = storage
        self._resource = resource
        self._lexicons = lexicon.load()
        self._languages: Languages | None = None
        self._model = TopicModel()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],  # noqa: ARG003 - Rasa's signature
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> TopicClassifier:
        """Return a component that knows nothing yet."""
        return cls(model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn languages and topics from all utterances, and keep them. Raises ValueError for an unknown topic."""
        examples = training_data.intent_examples
        unknown = {m.get(INTENT) for m in examples} - set(TOPICS)
        if unknown:
            msg = f"These intents are no topics: {', '.join(sorted(unknown))}"
            raise ValueError(msg)
        self._languages = Languages.learn((m.get(TEXT), m.get(LOCALE)) for m in examples if m.get(LOCALE))
        samples = [self._sample(m.get(TEXT), m.get(LOCALE), self._audience(m)) for m in examples]
        self._model.fit(samples, [m.get(INTENT) for m in examples])
        with self._storage.write_to(self._resource) as folder:
            self._model.save(Path(folder) / _MODEL)
            (Path(folder) / _LANGUAGES).write_text(self._languages.dump(), "utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],  # noqa: ARG003
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **kwargs: Any,  # noqa: ANN401, ARG003
    ) -> TopicClassifier:
        """Return the component with what it learnt."""
        found = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            found._model = TopicModel.load(Path(folder) / _MODEL)
            found._languages = Languages.parse((Path(folder) / _LANGUAGES).read_text("utf-8"))
        return found

    def process(self, messages: list[Message]) -> list[Message]:
        """Classify messages; each may carry its audience and locale in an envelope."""
        for message in messages:
            opened = envelope.open_(message.get(TEXT) or "")
            audience = opened.audience or self._audience(message)
            self._answer(message, self._sample(opened.text, opened.locale, audience))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Change nothing: no component comes after this one."""
        return training_data

    def _answer(self, message: Message, sample: Sample) -> None:
        if not sample.reading.folded.strip(" .,!?…-"):
            message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set(INTENT_RANKING, [], add_to_output=True)
            message.set(RISK, {"probability": 0.0, "ranking": []}, add_to_output=True)
            return
        answer = self._model.answer(sample)
        ranking = [{"name": topic, "confidence": round(chance, 5)} for topic, chance in answer.ranking]
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set(INTENT_RANKING, ranking, add_to_output=True)
        risks = [{"name": topic, "confidence": round(chance, 5)} for topic, chance in answer.risks.items()]
        message.set(RISK, {"probability": round(answer.risk, 5), "ranking": risks}, add_to_output=True)

    def _sample(self, text: str, locale: str | None, audience: str | None) -> Sample:
        return Sample(read(text, self._lexicons, self._languages, locale), audience)

    @staticmethod
    def _audience(message: Message) -> str | None:
        given = message.get(AUDIENCE)
        return given if isinstance(given, str) else None

    @classmethod
    def required_components(cls) -> list[type]:
        """Return none."""
        return []
