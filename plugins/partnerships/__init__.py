"""Partners, their agreements, and what an agreement in force shows and shares."""
