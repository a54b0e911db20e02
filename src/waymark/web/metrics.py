"""Counts and latencies of requests per route, and what else the house counts, for Prometheus.

Labels are route templates and fixed words, never addresses: their number is bounded and no id leaks.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Literal, NamedTuple

from prometheus_client import CollectorRegistry, Counter, Histogram, Info, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from waymark import __version__

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Reading(NamedTuple):
    """A figure that another room keeps anyway, read when somebody asks for the metrics."""

    kind: Literal["counter", "gauge"]
    name: str
    about: str
    read: Callable[[], float | Mapping[str, float]]
    """The figure, or one for each value of the label."""
    label: str = ""


class Metrics:
    """One registry of this process."""

    def __init__(self, readings: Iterable[Reading] = ()) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "waymark_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "waymark_request_seconds",
            "Time from request to answer; of an event stream, to its beginning.",
            ("method", "route"),
            registry=self.registry,
            buckets=_BUCKETS,
        )
        self._readings = tuple(readings)
        self.registry.register(self)
        ProcessCollector(registry=self.registry)
        Info("waymark_build", "The version that runs.", registry=self.registry).info({"version": __version__})

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        """The readings as they are now; the registry calls this."""
        for kind, name, about, read, label in self._readings:
            family = CounterMetricFamily if kind == "counter" else GaugeMetricFamily
            figures = read()
            if isinstance(figures, Mapping):
                metric = family(name, about, labels=[label])
                for value, figure in figures.items():
                    metric.add_metric([value], figure)
                yield metric
            else:
                yield family(name, about, value=figures)

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)
