"""Who works here: accounts, passwords, second factors, sessions, invitations, recovery, an organisation's sign-in."""
