"""Alembic's entry: the database comes from our settings, or from whoever calls us with an engine."""

from alembic import context

from app.core import settings
from app.core.db import new_engine
from app.schema import METADATA

config = context.config


def run() -> None:
    engine = config.attributes.get("engine")
    if engine is None:
        engine = new_engine(settings.load().database.url.get_secret_value(), pool_size=1)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=METADATA,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
