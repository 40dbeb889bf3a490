"""Comment threads of systems that nobody described: found by the structure of the page alone."""
