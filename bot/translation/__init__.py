"""Machine translation, where a caseworker asks for it: the client of a LibreTranslate-compatible server."""
