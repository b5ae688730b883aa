"""What the tables of all apps share: rules that the database holds, and rows written once."""
