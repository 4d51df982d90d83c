"""What is learnt about language: data, lexicon, rules and the Rasa server's parts. Imports nothing of ``bot``."""
