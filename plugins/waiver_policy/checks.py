"""What the operator must know before it hurts."""
