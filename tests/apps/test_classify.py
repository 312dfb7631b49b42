"""The app goes round the ring: it learns labels as they come, judges by the chance of what came."""

import subprocess
import sys

import numpy as np
import pytest

from evercart.app import App
from evercart.apps import app
from evercart.apps.classify import classify, parts
from evercart.errors import UserError
from evercart.labels.named import Named


def test_the_parts_fit():
    found = parts("ngrams", features=32)
    assert found.learner.growing.inputs == found.encoder.width
    assert found.learner.guessed(found.learner.start(), found.encoder([""])).unknown.all()


def test_the_app_is_made_of_them():
    made = app("classify", {"texts": "ngrams", "features": 32}, "Europe/Paris")
    assert (made.name, made.subject, made.time_zone) == ("classify", "text", "Europe/Paris")
    assert isinstance(made.named, Named)
    assert [name for name, _ in made.challengers] == ["centres"]
    assert set(made.reads) >= {"text", "label", "ref", "id", "user"}


def test_no_torch_is_imported():
    code = "import sys; from evercart.apps.classify import classify; classify('ngrams'); print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"features": 0}, "growing.features: expected 1 to 16384, got 0"),
        ({"labels": 0}, "classify.labels: expected a whole number of at least 1, got 0"),
        ({"labels": 1.5}, "classify.labels: expected a whole number of at least 1, got 1.5"),
        ({"features": 1.5}, "classify.features: expected a whole number, got 1.5"),
        ({"waiting": 1.5}, "classify.waiting: expected a whole number, got 1.5"),
        ({"waiting": 0}, "named.most: expected 1 to 1048576, got 0"),
        ({"alarms": 1}, "open_set.alarms: expected more than 0 and less than 1, got 1"),
        ({"window_s": 0}, "named.window_s: expected more than 0, at most a century, got 0"),
        ({"texts": True}, "classify.texts: expected text, got True"),
    ],
)
def test_bad_options(options, text):
    with pytest.raises(UserError) as caught:
        app("classify", {"texts": "ngrams", **options})
    assert str(caught.value) == text


def test_an_encoder_that_is_none():
    with pytest.raises(UserError) as caught:
        classify("nothing")
    assert str(caught.value).startswith("encoder: expected one of auto sentences ngrams e5 minilm sentences-")
    assert str(caught.value).endswith(", got 'nothing'")


def test_its_answer_is_no_number():
    made = classify("ngrams", features=32)
    assert isinstance(made, App)
    assert np.isfinite(made.window_s)
    with pytest.raises(UserError) as caught:
        made.one_answer("compare")
    assert (
        str(caught.value) == "compare classify: expected an app whose answer is a number, got 'one that names labels'"
    )
