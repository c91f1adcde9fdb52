"""What may be lost: tokens, leases, limits, conversation state. In Redis, or in this process without it."""

from app.redis_store.memory import MemoryStore
from app.redis_store.shared import RedisStore

__all__ = ["MemoryStore", "RedisStore"]
