"""The only writers, one use case per function. By subject: lists, policies, grants, fund, reviews."""
