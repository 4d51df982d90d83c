"""The only place that builds adapters. Everything is started in order and stopped in reverse.

=============== ======================================================================
module          builds
=============== ======================================================================
``base``        what every role stands on: settings, clock, keys, texts, the store
``language``    what understands texts: the rules, and the NLU server
``channels``    the channels that the settings name
``doors``       the web apps
``roles``       gateway, worker, sender, console; one of them, or all in one process
``reloading``   takes over flows and catalogs that were saved
``serving``     HTTP servers and signals
=============== ======================================================================
"""
