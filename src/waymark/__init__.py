"""Waymark: the goals backend for life planners."""

__version__ = "0.1.0"
