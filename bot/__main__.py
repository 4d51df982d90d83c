"""``python -m bot`` is the command ``ucare``."""

from bot.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
