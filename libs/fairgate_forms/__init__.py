"""What the forms of all apps share. Their words, and how they look, are each app's own."""
