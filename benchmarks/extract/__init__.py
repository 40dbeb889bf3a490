"""How well and how fast comment threads are read off real pages."""
