"""Alembic's entry: writes the SQL of a migration as text.

It never connects: migrate.py executes the text.
"""

from alembic import context

context.configure(
    dialect_name=context.config.attributes["dialect"],
    output_buffer=context.config.output_buffer,
    transactional_ddl=False,  # migrate.py puts all steps into one transaction
)
context.run_migrations()
