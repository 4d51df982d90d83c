"""``ucare flows preview``: the web chat's own page for authors. What they save is there at once, and so are its faults.

Neither Redis nor the language server is needed; nothing is stored, nobody else is reached.

=========== =================================================================
module      what it does
=========== =================================================================
``talk``    the conversation: turns that can be played again, taken back, begun anew with other settings
``mailbox`` shows the turns to the chat page
``notes``   tells where each sentence comes from: flow, step, file, sources
``faults``  runs the check beside everything else
``studio``  holds it all together: watches, reloads, tells the page
``app``     the web app
``serve``   opens and closes everything
=========== =================================================================
"""
