"""Each layer sees only those below it, and the core is pure: import-linter's contracts of pyproject.toml."""

from __future__ import annotations

import subprocess
import sys

from bot.config import ROOT


def test_the_import_contracts_hold():
    command = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])"
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "0 broken" in done.stdout
