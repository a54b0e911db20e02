"""Both databases behind one small interface, and everything that differs between them.

No rule of a goal and no word of HTTP lives here.
"""
