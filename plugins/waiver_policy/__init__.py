"""Who pays less, why, and from which fund: dated country lists, policies as documents, waivers."""
