"""The NLU server as a child of ours: training with a check before a model is used, starting, watching, ending.

``train`` and ``serve`` are the commands ``ucare nlu train|serve``, ``measure`` is ``ucare nlu test``; ``NluService`` is
what ``run``, ``ask`` and ``play`` start. Nothing here imports Rasa: it lives in an environment of its own.
"""

from bot.nlu_service.service import NluService
from bot.nlu_service.serving import serve
from bot.nlu_service.training import train

__all__ = ["NluService", "serve", "train"]
