"""The parts of the Painting Fool: analysis of a photograph, plans, four media, and a critic."""
