"""Fetch and read: spiders, extraction and comment systems."""

__version__ = "0.1.0"
