"""A page around its comments, whoever has read them: its elements, its words, and what these say of the thread."""
