"""The pure heart: facts in, decisions out. No IO, no clock, no randomness; time and ids come in with the event."""
