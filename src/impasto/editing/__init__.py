"""Edits of given pictures, one a file: functions of a painter and a picture, marked with `@listed`."""
