"""The public side: webhooks of the channels, the web chat page and its live stream, health and metrics."""
