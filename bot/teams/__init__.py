"""Teams: whose case it is, when somebody is there, who is on call, and whom to tell. Beside the vault no IO.

============ =================================================================================
module       says
============ =================================================================================
``team``     what a team is: scope, hours, roster, where announcements go
``opening``  when a team is there, by the clock on its wall: weekdays, holidays, odd days
``book``     all teams: which one a case goes to, and who is on call
``telling``  whom an announcement reaches, round by round
``presence`` the book and who works now, as one turn sees it
``files``    the book as YAML, with errors that name the line
``keeping``  the book as one document in the vault, changed by compare-and-set
============ =================================================================================
"""
