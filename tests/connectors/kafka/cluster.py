"""The mock cluster of librdkafka: in this process, spoken to over a socket as any cluster is."""

from __future__ import annotations

import json

from confluent_kafka import Producer


class Cluster:
    """One broker with four partitions a topic."""

    def __init__(self) -> None:
        self._producer = Producer({"bootstrap.servers": "mock", "test.mock.num.brokers": 1, "log_level": 0})
        brokers = self._producer.list_topics(timeout=10).brokers.values()
        self.servers = ",".join(f"{b.host}:{b.port}" for b in brokers)

    def make(self, topic: str) -> None:
        """Make an empty topic: the cluster does so when a producer asks for it."""
        assert self._producer.list_topics(topic, timeout=10).topics[topic].error is None

    def say(self, topic: str, *values: bytes | str, key: str = "k", partition: int = 0) -> None:
        for value in values:
            self._producer.produce(topic, key=key, value=value, partition=partition)
        assert self._producer.flush(20) == 0


def row(n: int, **more: object) -> str:
    return json.dumps({"unit_id": f"U{n:04d}", "exit_temp": 850.5, "n": n} | more)
