"""The measurements behind `make bench`: how fast Waymark is beside something, never in absolute terms.

Nothing here is part of the program or of its tests.
"""
