"""Reads ``nlu/data`` for Rasa, and keeps what Rasa's own reader would lose: the locale, which is the file's name."""

from __future__ import annotations

from pathlib import Path
from typing import Union

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_model_configuration

from nlu.text import corpus

AUDIENCE = "audience"
LOCALE = "locale"


class LocaleFiles(TrainingDataImporter):
    """One file a locale; several paths are read one after the other."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: Union[list[str], str] | None = None,
    ) -> None:
        """Note where the files are; nothing is read yet."""
        self.config_file = config_file
        self._domain_path = domain_path
        paths = [training_data_paths] if isinstance(training_data_paths, str) else training_data_paths or []
        self._paths = [Path(path) for path in paths]

    def get_config(self) -> dict:
        """Return the pipeline."""
        return dict(read_model_configuration(self.config_file)) if self.config_file else {}

    def get_config_file_for_auto_config(self) -> str | None:
        """Return nothing: the configuration is complete and never to be written to."""
        return None

    def get_domain(self) -> Domain:
        """Return the intents."""
        return Domain.load(self._domain_path) if self._domain_path else Domain.empty()

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:  # noqa: ARG002 - Rasa's signature
        """Return none: conversations are the engine's business."""
        return StoryGraph([])

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:  # noqa: ARG002 - Rasa's signature
        """Return all utterances with locale and audience."""
        examples = []
        for path in self._paths:
            for file in sorted(path.rglob("*.yml")) if path.is_dir() else [path]:
                for line in corpus.read(file):
                    message = Message(data={TEXT: line.text, INTENT: line.topic})
                    message.set(LOCALE, line.locale)
                    message.set(AUDIENCE, line.audience)
                    examples.append(message)
        return TrainingData(training_examples=examples)
