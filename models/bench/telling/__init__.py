"""What a run of the bench came to: figures, targets, tables, sentences, pictures, a page."""
