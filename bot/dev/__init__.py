"""The checks of a developer: test, check, bench. Nothing of the assistant imports this."""
