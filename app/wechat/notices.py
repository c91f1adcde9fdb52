"""Notices on their way to WeChat: many at a time, each with one outcome."""

import asyncio
import random
from collections.abc import Sequence
from typing import Final

import structlog

from app.core.outcomes import Outcome, Rejected, Stopped
from app.notices.models import Channel
from app.notices.ports import GoesOn, Notice, Sent
from app.wechat.api import BUSY, STALE_TOKEN
from app.wechat.crowd import Crowd
from app.wechat.errors import WeChatError, WeChatRefused
from app.wechat.letters import Letter, Letters
from app.wechat.sending import failed, taken
from app.wechat.tokens import TokenBroker

log = structlog.get_logger()

BUSY_PAUSES_SECONDS: Final = (0.2, 1.0)
"""For messages whose repeat the platform drops; the others, and longer pauses, are the queue's."""


class PlatformSender:
    """Meets `app.notices.ports.NoticeSender`. The mini-program's messages go with its own token."""

    def __init__(
        self, crowd: Crowd, letters: Letters, account: TokenBroker, mini_program: TokenBroker
    ) -> None:
        self._crowd = crowd
        self._letters = letters
        self._brokers = dict.fromkeys(Channel, account) | {Channel.MINI_PROGRAM: mini_program}

    def send_many(self, notices: Sequence[Notice], goes_on: GoesOn) -> list[Sent]:
        turn = _Turn(self._crowd, self._letters, self._brokers, goes_on)
        return self._crowd.run(turn.all(notices))

    def close(self) -> None:
        self._crowd.close()


class _Turn:
    """One call of `send_many`: what is learnt from one message spares the others."""

    def __init__(
        self, crowd: Crowd, letters: Letters, brokers: dict[Channel, TokenBroker], goes_on: GoesOn
    ) -> None:
        self._crowd = crowd
        self._letters = letters
        self._brokers = brokers
        self._goes_on = goes_on
        self._stopped = set[Channel]()
        self._tokens = dict[TokenBroker, asyncio.Future[str]]()

    async def all(self, notices: Sequence[Notice]) -> list[Sent]:
        tries = await asyncio.gather(*(self._one(notice) for notice in notices))
        return [sent for sent in tries if sent is not None]

    async def _one(self, notice: Notice) -> Sent | None:
        async with self._crowd.places:
            if notice.channel in self._stopped or not self._goes_on():
                return None
            outcome = await self._outcome(notice)
            if isinstance(outcome, Stopped):
                self._stopped.add(notice.channel)
            return Sent(notice.id, outcome)

    async def _outcome(self, notice: Notice) -> Outcome:
        letter = self._letters.write(notice)
        if isinstance(letter, Rejected):
            log.warning("wechat.send.not_fitted", kind=notice.kind, reason=letter.reason)
            return letter
        try:
            return taken(await self._patiently(notice, letter))
        except WeChatError as error:
            return failed(error, repeatable=letter.repeatable)

    async def _patiently(self, notice: Notice, letter: Letter) -> dict[str, object]:
        for pause in BUSY_PAUSES_SECONDS if letter.repeatable else ():
            try:
                return await self._once(notice, letter)
            except WeChatRefused as refused:
                if refused.errcode != BUSY:
                    raise
            await asyncio.sleep(pause * random.uniform(1, 1.25))
        return await self._once(notice, letter)

    async def _once(self, notice: Notice, letter: Letter) -> dict[str, object]:
        """With the shared token; where that is refused, once more with another one."""
        broker = self._brokers[notice.channel]
        token = await self._lent(broker)
        try:
            return await self._posted(notice, letter, token)
        except WeChatRefused as refused:
            if refused.errcode not in STALE_TOKEN:
                raise
        return await self._posted(notice, letter, await self._another(broker, token))

    async def _posted(self, notice: Notice, letter: Letter, token: str) -> dict[str, object]:
        return await self._crowd.post(letter.path, token=token, body=letter.body, private=(notice.openid,))

    async def _lent(self, broker: TokenBroker) -> str:
        """The shared token, asked for once a turn."""
        if broker not in self._tokens:
            self._tokens[broker] = asyncio.ensure_future(asyncio.to_thread(broker.token))
        return await self._tokens[broker]

    async def _another(self, broker: TokenBroker, bad: str) -> str:
        """Another one than `bad`: whoever is refused first gets it for all."""
        if await self._lent(broker) == bad:
            self._tokens[broker] = asyncio.ensure_future(asyncio.to_thread(broker.renew, bad))
        return await self._lent(broker)
