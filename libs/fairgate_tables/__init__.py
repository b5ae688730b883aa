"""What the tables of all apps share: constraints, rows written once, steps of two."""
