"""SQLite for a site with several threads: a transaction takes its write lock when it begins."""
