"""What an operator's machines ask: /healthz, /readyz, /metrics."""

import hmac
from collections.abc import Iterator

from flask import Flask, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from app.access import loopback, public
from app.health import READINESS, state_of
from app.inbox import queries as inbox
from app.notices import queries as notices
from app.wiring import Services

LOOPBACK = frozenset({"127.0.0.1", "::1"})


class _Counts(Collector):
    """Read from the tables at each scrape: true for all processes together."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        with self._services.sessions.read() as session:
            events, deliveries = inbox.counts(session), notices.counts(session)
        for name, help_text, counts in (
            ("zhibu_inbox_events", "Inbound events by state", events),
            ("zhibu_deliveries", "Deliveries by state", deliveries),
        ):
            family = GaugeMetricFamily(name, help_text, labels=["state"])
            for state, number in counts.items():
                family.add_metric([state], number)
            yield family


def register(app: Flask, services: Services) -> None:
    registry = CollectorRegistry()
    registry.register(_Counts(services))

    @public("says only that the process is alive")
    def healthz() -> ResponseReturnValue:
        return jsonify(status="alive")

    @public("names no host, person or figure")
    def readyz() -> ResponseReturnValue:
        state = state_of(services, READINESS)
        ready = all(fault is None for fault in state.values())
        shown = {name: "ok" if fault is None else "fault" for name, fault in state.items()}
        return jsonify(status="ready" if ready else "not ready", **shown), 200 if ready else 503

    @loopback("counts without persons, for Prometheus")
    def metrics() -> ResponseReturnValue:
        if not _may_scrape(services):
            abort(403)
        return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")

    for view in (healthz, readyz, metrics):
        app.add_url_rule(f"/{view.__name__}", view_func=view)


def _may_scrape(services: Services) -> bool:
    """Behind nginx everybody is loopback, so a forwarded request needs the token."""
    token = services.settings.metrics.token.get_secret_value()
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token:
        return hmac.compare_digest(given.encode(), token.encode())
    return request.remote_addr in LOOPBACK and "X-Forwarded-For" not in request.headers
