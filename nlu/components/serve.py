"""Starts Rasa's server on loopback: ``python -m nlu.components.serve MODEL PORT``, the token in ``UCARE_NLU_TOKEN``.

Rasa takes the token as an argument, which every process of the machine can see; here it comes with the environment and
is handed over inside the process. Without ``-i`` Rasa would listen on all addresses, without a token let anybody unload
the model. It ends with the process that started it, however that one ended.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Final

LOOK_EVERY_S: Final = 1.0


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_S)
    os._exit(0)


def main(arguments: list[str]) -> None:
    """Become Rasa's server. Raises SystemExit where the token is missing."""
    model, port = arguments
    token = os.environ.pop("UCARE_NLU_TOKEN", "")
    if not token:
        sys.exit("UCARE_NLU_TOKEN is missing: without a token anybody on this machine could unload the model")
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    from rasa.__main__ import main as rasa  # noqa: PLC0415 - takes seconds

    options = ["--enable-api", "-i", "127.0.0.1", "-p", port, "--auth-token", token]
    sys.argv = ["rasa", "run", "-m", model, *options, "--quiet"]
    rasa()


if __name__ == "__main__":
    main(sys.argv[1:])
