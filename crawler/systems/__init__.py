"""The comment systems that Talkback reads."""
