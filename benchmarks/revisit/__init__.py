"""Revisit policies on simulated threads."""
