"""AARON: figures, plants and rooms drawn and coloured by rules."""
