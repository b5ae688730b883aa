"""The only writers of the books: one use case per function."""
