"""Manners towards the sites: who we are, what we may read, how fast."""
