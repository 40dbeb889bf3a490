"""Watching scheduled crawls: what an archive's last weeks look like, and which site's extractor broke."""
