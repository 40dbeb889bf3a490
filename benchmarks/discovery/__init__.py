"""Finding all pages of a large site."""
