"""What a free text means: its language, signs of danger, and its topic.

``Reader`` is what the rest asks (``ports.Understanding``, ``ports.RiskReader``); ``ask`` makes the JSON of commands.
"""

from bot.understanding.reader import Reader

__all__ = ["Reader"]
