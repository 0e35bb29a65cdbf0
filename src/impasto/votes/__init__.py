"""Votes on pictures, as the studio keeps them: what they say of painters, for the reports on these."""
