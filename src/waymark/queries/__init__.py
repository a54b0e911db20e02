"""Every read. Nothing here writes: what a read finds stale, actions/fresh.py settles."""
