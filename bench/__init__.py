"""Side-by-side benchmarks: ``./ucare bench [NAME …] [--quick | --full]``. They print ratios and never pass or fail.

=================  ================================================================================
module             what it does
=================  ================================================================================
``turns``          turns a second: ours, the floor, python-telegram-bot, Rasa's REST channel
``sends``          our Telegram transport beside the stock one
``memory``         bytes for 100,000 conversations
``flows``          loading and checking all flows and catalogs, start to first answer
``nlu``            our pipeline beside Rasa's stock ones, on the same data
``ours``           our turns, drained, paced, and sent
``floor``          the same Redis commands, replayed without engine and understanding
``echo``           python-telegram-bot's ``Application`` with an echo handler
``assistant``      a trivial assistant behind Rasa's REST channel
``place``          folders, servers, stores, child processes
``play``           what the contacts write and press
``tables``         rows, ratios, percentiles (pure)
``double``         process: the Telegram double
``first``          process: from start to first answer
``rasa_side``      process of the Rasa environment: parses messages with a model
=================  ================================================================================
"""
