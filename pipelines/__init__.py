"""Item pipelines, one job each: normalise, identify, changes, store."""
