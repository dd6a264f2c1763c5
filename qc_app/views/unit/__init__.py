"""One unit: its values, its answer in words, its family, its causes, what became of it."""
