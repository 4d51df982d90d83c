"""What the image of the NLU server runs: ``python -m nlu.serve MODEL PORT``, the token in ``NLU_TOKEN``.

It listens on all addresses of its container, which only the worker may reach (docker-compose.yml), and hands Rasa the
token inside the process: as an argument of the command every process could read it. On one machine ``ucare`` starts
``nlu.components.serve`` instead, which stays on loopback.
"""

from __future__ import annotations

import os
import sys
from typing import Final

SHORTEST: Final = 16
"""Characters of a token; with a shorter one, or none, whoever reaches the server could guess its way to the model."""


def main(arguments: list[str]) -> None:
    """Become Rasa's server. Raises SystemExit where the token is missing or short."""
    model, port = arguments
    token = os.environ.pop("NLU_TOKEN", "")
    if len(token) < SHORTEST:
        sys.exit(f"NLU_TOKEN needs {SHORTEST} characters or more: a long random text, the same for the worker")
    from rasa.__main__ import main as rasa  # noqa: PLC0415 - takes seconds

    options = ["--enable-api", "-i", "0.0.0.0", "-p", port, "--auth-token", token]  # noqa: S104 - all of its container
    sys.argv = ["rasa", "run", "-m", model, *options, "--quiet"]
    rasa()


if __name__ == "__main__":
    main(sys.argv[1:])
