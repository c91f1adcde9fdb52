"""`python -m migrations.check`: the migrations, applied to an empty database, give the tables of the models."""

import tempfile
from pathlib import Path

from app import migrate
from app.core.db import new_engine


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = new_engine(f"sqlite:///{Path(folder) / 'check.db'}", pool_size=2)
        migrate.upgrade(engine)
        migrate.check(engine)
        migrate.downgrade(engine, "base")
        engine.dispose()


if __name__ == "__main__":
    main()
