"""Caseworkers in a Telegram group with topics: one topic for each case, the same desk behind it.

Off unless TELEGRAM_DESK_CHATS names the group. What it costs: see docs/telegram-desk.md.
"""
