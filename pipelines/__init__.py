"""What happens to a capture between the spider and the archive: normalise, identify, changes, store."""
