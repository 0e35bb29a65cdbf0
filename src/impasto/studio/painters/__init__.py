"""Painters that the studio can paint with, described without torch in the service's process."""
