"""What Rasa loads: the importer that knows the locale of a file, and the classifier."""
