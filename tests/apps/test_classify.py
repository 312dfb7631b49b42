"""The parts of the app fit each other, with nothing installed."""

import subprocess
import sys

import pytest

from evercart.apps.classify import classify
from evercart.errors import UserError


def test_the_parts_fit():
    app = classify("ngrams", features=32)
    assert app.learner.growing.inputs == app.encoder.width
    assert app.learner.guessed(app.learner.start(), app.encoder([""])).unknown.all()


def test_no_torch_is_imported():
    code = "import sys; from evercart.apps.classify import classify; classify('ngrams'); print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_an_encoder_that_is_none():
    with pytest.raises(UserError) as caught:
        classify("nothing")
    assert str(caught.value).startswith("encoder: expected one of auto sentences ngrams e5 minilm sentences-")
    assert str(caught.value).endswith(", got 'nothing'")
