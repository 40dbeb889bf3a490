"""When a page is worth another visit, from what the archive knows of it."""
