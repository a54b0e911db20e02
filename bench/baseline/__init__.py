"""The same goals API as most would write it: FastAPI, SQLAlchemy's ORM, pydantic, totals by COUNT and SUM.

It knows nothing of Waymark and is no example to follow; it is what Waymark is measured against.
"""
