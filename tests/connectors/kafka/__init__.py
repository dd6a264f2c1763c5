"""Kafka: the real client against librdkafka's own mock cluster, which speaks the protocol on a real socket."""
