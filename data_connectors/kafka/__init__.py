"""Topics of Kafka: their offsets are the checkpoint."""

from data_connectors.kafka.connector import Kafka

__all__ = ["Kafka"]
