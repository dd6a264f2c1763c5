"""What the SPC page shows: any chart of any subject, proposed by the adviser, with its rules and run lengths."""

from qc_app.subjects import FROZEN, SUBJECTS
from qc_app.views.spc.offer import Offer, RuleChoice, offer, rule_choices, subjects
from qc_app.views.spc.page import SpcPage, spc_page
from qc_app.views.spc.panels import PanelView
from qc_app.views.spc.study import StudyView, study_view
from qc_app.views.spc.words import retold, spc_column, spc_words

__all__ = [
    "FROZEN",
    "SUBJECTS",
    "Offer",
    "PanelView",
    "RuleChoice",
    "SpcPage",
    "StudyView",
    "offer",
    "retold",
    "rule_choices",
    "spc_column",
    "spc_page",
    "spc_words",
    "study_view",
    "subjects",
]
