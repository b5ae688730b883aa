"""Books who gets what of every payment, and writes the statements that say so."""
