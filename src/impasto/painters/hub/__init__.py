"""Painters whose networks others have trained, and the library diffusers holds."""
