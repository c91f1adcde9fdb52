"""The sandbox over HTTP: people with a phone, what they do on it, and what they then see."""

from typing import Any

import requests

Json = dict[str, Any]
NOT_FOUND = 404
PATIENCE_SECONDS = 90
"""A push with the sandbox's own retries may take 4 × 5 s and more while its faults are on."""


class SandboxRefused(RuntimeError):
    """The sandbox did not do what was asked; the text is its own."""


class Phones:
    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._http = requests.Session()
        self._http.trust_env = False

    def get(self, path: str, **query: Any) -> Json:
        return self._answer(self._http.get(self.base_url + path, params=query, timeout=PATIENCE_SECONDS))

    def post(self, path: str, **given: Any) -> Json:
        return self._answer(self._http.post(self.base_url + path, json=given, timeout=PATIENCE_SECONDS))

    def _answer(self, response: requests.Response) -> Json:
        if not response.ok:
            raise SandboxRefused(f"{response.request.path_url}: {response.status_code} {response.text[:200]}")
        answer: Json = response.json()
        return answer

    def people(self) -> dict[str, Json]:
        return {person["openid"]: person for person in self.get("/sim/people")["people"]}

    def person(self, openid: str) -> Json | None:
        response = self._http.get(f"{self.base_url}/sim/people/{openid}", timeout=PATIENCE_SECONDS)
        return None if response.status_code == NOT_FOUND else self._answer(response)

    def new_person(self, name: str, openid: str = "") -> str:
        made: Json = self.post("/sim/people", name=name, openid=openid)
        return str(made["openid"])

    def follow(self, openid: str) -> Json:
        return self.post("/sim/follow", openid=openid)

    def messages(self, openid: str, since: int = 0) -> list[Json]:
        found: list[Json] = self.get(f"/sim/people/{openid}/messages", since=since)["messages"]
        return found
