"""Habits as readers see them."""
