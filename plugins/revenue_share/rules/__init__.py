"""Pure decisions of the books: how amounts are shared, and which entries an event makes."""
