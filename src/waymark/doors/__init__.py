"""Doors for data: files of other programs, read into commands. Nothing here writes or knows a database."""
