"""Nothing to import from here directly."""
