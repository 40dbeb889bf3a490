"""Looking after an archive: `verify`, `compact`, `vacuum`, `erase`. Each works while crawls go on."""
