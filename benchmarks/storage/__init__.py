"""What storing and reading comments costs, beside what others would do with the same rows."""
