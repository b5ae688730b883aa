"""The REST API of the books."""
