"""One module for each kind of step. Importing the package fills the table of the runner."""

from bot.core.steps import act, ask, branch, choose, end, escalate, link, record, remind, say, set_

__all__ = ["act", "ask", "branch", "choose", "end", "escalate", "link", "record", "remind", "say", "set_"]
