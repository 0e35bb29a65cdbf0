"""The blind vote: which of two pictures people prefer, without knowing who painted them."""
