"""Catalogs: what was extracted, what was translated, who reviewed it, and how a locale writes."""
