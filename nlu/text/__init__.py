"""Pure reading of short messages: folding, concepts and rules. Used by the bot and by the Rasa component alike."""
