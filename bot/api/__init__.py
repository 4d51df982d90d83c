"""A small HTTP API for case-management systems: list, read, note, resolve, and signed webhooks out."""
