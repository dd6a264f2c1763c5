"""Messages about alarms: routes, letters, the outbox, and real servers that take them."""
