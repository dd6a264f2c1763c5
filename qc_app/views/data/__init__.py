"""Where data come from and what became of them: sources, listeners, books, columns, events."""
