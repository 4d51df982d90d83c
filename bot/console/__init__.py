"""Where caseworkers work: sign in, see the queue, take a case, answer, hand back, resolve."""
