"""WhatsApp through Twilio: signed webhooks in; texts, quick replies and lists out; one invitation after 24 hours."""
