"""A real Redis for what workers and scheduler share."""

from tests.adapters.redis_store.conftest import prefix, redis_url

__all__ = ["prefix", "redis_url"]
