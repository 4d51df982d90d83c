"""Figures without persons: counted once a week, suppressed before anybody sees them, drawn and exported."""
