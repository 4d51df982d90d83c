"""The tests; a package of its own, or one that a library brings would stand in its place."""
