"""The services that carry messages, one folder for each."""
