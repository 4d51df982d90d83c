"""Pictures and voice messages, made fit to be looked at: known by content, without what they tell of the sender."""
