"""Alarms go out: routes, letters, the outbox's round; mail and chat by a library, signed webhooks by HTTP."""

from qc_app.notify.letters import concerns, letter_of
from qc_app.notify.post import Round, collect, deliver, post
from qc_app.notify.sending import Failed, send

__all__ = ["Failed", "Round", "collect", "concerns", "deliver", "letter_of", "post", "send"]
