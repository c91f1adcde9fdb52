"""demo.json: everything that a person or a program needs to use the running demo."""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyotp

from app.core.settings import Settings
from demo.cast import ACCOUNTS, MEMBER, PASSWORD, SECRETARY, STAFF, Account
from demo.load import seat_of
from demo.place import Place
from demo.private import write_private
from demo.reference_group import ReferenceGroup
from demo.renewal import Stage

Json = dict[str, Any]


@dataclass(frozen=True)
class Sheet:
    place: Place
    settings: Settings
    stage: Stage
    group: ReferenceGroup
    started_at: datetime

    def write(self, now: datetime) -> None:
        """Whole or not at all; the six digits are those of `now`."""
        text = json.dumps(self.content(now), ensure_ascii=False, indent=2)
        write_private(self.place.sheet, text + "\n")

    def content(self, now: datetime) -> Json:
        wechat, binding, meeting = self._wechat(), self._binding(), self._meeting()
        return {
            "urls": self._urls(),
            "wechat": wechat,
            "console": [self._login(account, now) for account in ACCOUNTS],
            "openids": {
                "member": MEMBER.openid,
                "follower": self.stage.follower.openid,
                "secretary": SECRETARY.openid,
                "staff": STAFF.openid,
            },
            "binding": binding,
            "meeting": meeting,
            "organizations": self.group.counts(),
            "database": self.settings.database.url.get_secret_value(),
            "started_at": self.started_at.isoformat(),
            "pid": os.getpid(),
            "app_id": wechat["app_id"],
            "token": wechat["token"],
            "encoding_aes_key": wechat["encoding_aes_key"],
            "scene": meeting["scene"],
            "hand_code": meeting["hand_code"],
            "binding_code": binding["code"],
        }

    def codes(self, now: datetime) -> dict[str, str]:
        """The six digits of each account."""
        return {one.username: pyotp.TOTP(one.totp_secret).at(now) for one in ACCOUNTS}

    def _urls(self) -> dict[str, str]:
        place = self.place
        return {
            "backend": place.backend,
            "console": f"{place.backend}/console/",
            "phone": f"{place.sandbox}/phone",
            "sandbox": place.sandbox,
            "callback": f"{place.backend}/wechat/callback",
        }

    def _wechat(self) -> dict[str, str]:
        wechat = self.settings.wechat
        return {
            "app_id": wechat.app_id,
            "app_secret": wechat.app_secret.get_secret_value(),
            "token": wechat.token.get_secret_value(),
            "encoding_aes_key": wechat.encoding_aes_key.get_secret_value(),
            "original_id": wechat.original_id,
            "mode": wechat.mode,
            "api_base_url": wechat.api_base_url,
        }

    def _binding(self) -> dict[str, str]:
        return {
            "name": self.stage.follower_name,
            "code": self.stage.code,
            "openid": self.stage.follower.openid,
        }

    def _meeting(self) -> Json:
        meeting = self.stage.meeting
        return {
            "id": meeting.id,
            "title": meeting.title,
            "scene": meeting.scene,
            "hand_code": meeting.hand_code,
            "console_path": f"/console/meetings/{meeting.id}",
        }

    def _login(self, account: Account, now: datetime) -> dict[str, str]:
        return {
            "role": account.role.value,
            "username": account.username,
            "password": PASSWORD,
            "totp_secret": account.totp_secret,
            "totp_now": pyotp.TOTP(account.totp_secret).at(now),
            "organization": self.group.units[seat_of(account, self.group)].name,
            "name": account.name,
        }
