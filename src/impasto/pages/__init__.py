"""Web pages that stand alone, with their pictures inside."""
