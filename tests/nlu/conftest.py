from __future__ import annotations

from tests.nlu.fixtures import nlu_reader, nlu_service, nlu_settings, nlu_words

__all__ = ["nlu_reader", "nlu_service", "nlu_settings", "nlu_words"]
