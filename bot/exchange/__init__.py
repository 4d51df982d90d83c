"""Exchange with RapidPro, TextIt and Glific: flows out as JSON (flow spec 13.2), and in what maps to our steps.

Nothing is dropped in silence: whatever one side has no word for becomes a ``Finding``.
"""
