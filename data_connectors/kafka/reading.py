"""One consumer and what it brings: assigned by hand from our own offsets, never balanced by the group."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import TIMESTAMP_NOT_AVAILABLE, Consumer, KafkaError, KafkaException, TopicPartition

from data_connectors.errors import SourceRefused, SourceUnavailable
from data_connectors.kafka.options import Options
from data_connectors.live.messages import Message

_REFUSALS = (
    KafkaError._AUTHENTICATION,  # noqa: SLF001 - the library's own names of its codes
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.SASL_AUTHENTICATION_FAILED,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError._UNKNOWN_TOPIC,  # noqa: SLF001
)


class Reading:
    """A consumer of one topic.

    Parameters
    ----------
    options : Options
    where : str
        The source, for messages.
    troubled : callable, optional
        Hears what the library says of the connection; it reconnects by itself.
    """

    def __init__(self, options: Options, where: str, troubled: Callable[[KafkaError], None] | None = None) -> None:
        self._options, self._where = options, where
        words = options.client(where) | ({"error_cb": troubled} if troubled is not None else {})
        try:
            self.consumer = Consumer(words)
        except KafkaException as error:
            raise SourceRefused(f"{where}: the settings do not fit ({error.args[0]}) - correct them") from error

    def partitions(self) -> list[int]:
        """Return the partitions of the topic.

        Raises
        ------
        SourceUnavailable, SourceRefused
            As the cluster answers.
        """
        found = self._asked(lambda: self.consumer.list_topics(self._options.topic, timeout=self._options.timeout_s))
        topic = found.topics[self._options.topic]
        if topic.error is not None:
            raise self.error_of(topic.error)
        return sorted(topic.partitions)

    def ends(self, partition: int) -> tuple[int, int]:
        """Return the first offset that the cluster holds and the one after its last."""
        place = TopicPartition(self._options.topic, partition)
        low, high = self._asked(
            lambda: self.consumer.get_watermark_offsets(place, timeout=self._options.timeout_s, cached=False)
        )
        return int(low), int(high)

    def assign(self, offsets: dict[int, int]) -> None:
        """Read on from these offsets."""
        self.consumer.assign([TopicPartition(self._options.topic, p, o) for p, o in offsets.items()])

    def take(self, most: int, wait_s: float) -> list[Any]:
        """Return messages, at most so many.

        Raises
        ------
        SourceUnavailable, SourceRefused
            If the cluster refuses.
        """
        found = self._asked(lambda: self.consumer.consume(most, wait_s))
        for message in found:
            if message.error() is not None:
                raise self.error_of(message.error())
        return list(found)

    def told(self, offsets: dict[int, int]) -> None:
        """Tell the cluster how far we are, for its own tools; if that fails it does not matter."""
        places = [TopicPartition(self._options.topic, p, o) for p, o in offsets.items()]
        self.consumer.commit(offsets=places, asynchronous=True)

    def close(self) -> None:
        """Let go of the connections."""
        self.consumer.close()

    def error_of(self, error: KafkaError) -> SourceUnavailable | SourceRefused:
        """Return an error of the library in our words."""
        if error.code() in _REFUSALS:
            cure = "check topic, username and rights"
            return SourceRefused(f"{self._where}: the cluster refuses: {error.str()} - {cure}")
        said = f"{self._where}: the cluster at {self._options.servers} cannot be read now ({error.str()})"
        return SourceUnavailable(f"{said} - check that a Kafka broker answers there, with or without tls as it is set")

    def _asked(self, question: Callable[[], Any]) -> Any:
        try:
            return question()
        except KafkaException as error:
            raise self.error_of(error.args[0]) from error


def message_of(message: Any, received: datetime) -> Message:
    """Return a message of the library as ours: its key, partition and offset are fields beside the payload."""
    kind, millis = message.timestamp()
    server = None if kind == TIMESTAMP_NOT_AVAILABLE or millis <= 0 else datetime.fromtimestamp(millis / 1000, UTC)
    key = message.key()
    more = {
        "key": None if key is None else key.decode("utf-8", "backslashreplace"),
        "partition": message.partition(),
        "offset": message.offset(),
    }
    return Message(message.topic(), message.value() or b"", received, server, more)
