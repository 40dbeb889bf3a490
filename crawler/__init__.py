"""Fetch and read: spiders, extraction and comment systems."""

import os

__version__ = "0.1.0"

# deltalake brings an allocator of its own, which reads this when it is loaded: what a commit needed for a moment goes
# back to the system at once. By default 16 MB of it stay.
os.environ.setdefault("MIMALLOC_PURGE_DELAY", "0")
