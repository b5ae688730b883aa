"""English as it is written in Geneva: the day before the month."""
