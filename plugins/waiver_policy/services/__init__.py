"""The only writers, one use case per function. One module per subject."""
