"""The address of a page says all that was chosen, and is written once: each writing is a press of the way back."""

import pytest
from streamlit.runtime.state.query_params import QueryParams


@pytest.fixture
def writings(monkeypatch):
    """Count what the browser is told of the address."""
    told, send = [], QueryParams._send_query_param_msg

    def counted(self):
        told.append(dict(self._query_params))
        send(self)

    monkeypatch.setattr(QueryParams, "_send_query_param_msg", counted)
    return told


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("stage", {"stage", "what", "window"}),
        ("unit", {"stage", "what", "unit"}),
        ("spc", {"stage", "what"}),
        ("drift", {"stage"}),
        ("labels", {"stage"}),
    ],
)
def test_a_page_writes_its_address_once(page, names, open_app, writings):
    app = open_app("healthy", page)
    assert not app.exception
    assert len(writings) == 1
    assert set(writings[0]) >= names
    writings.clear()
    app.run()
    assert writings == []


def test_what_a_person_picks_is_one_step(open_app, writings):
    app = open_app("healthy", "stage")
    writings.clear()
    other = next(o for o in app.selectbox("pick_stage").options if not o.startswith(app.selectbox("pick_stage").value))
    app.selectbox("pick_stage").set_value(other.split()[0]).run()
    assert app.query_params["stage"] == other.split()[0]
    assert len(writings) == 1
