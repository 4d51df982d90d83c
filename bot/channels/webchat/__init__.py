"""The chat page as a channel: messages are put into the contact's mailbox, from which the page streams them."""
