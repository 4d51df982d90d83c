"""Announcements: people are told that a case waits, round after round, until somebody takes it; never what is in it."""
