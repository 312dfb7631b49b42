"""The weights that answer, as they are published."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.publish.published import Published, Publisher
from evercart.publishing import FOLDER
from evercart.serve.answering.live import Live, learner_of


def told_nothing(text):
    raise AssertionError(text)


def test_what_is_published_is_ready_to_answer_once(shop):
    live = Live(shop.ring(), shop.folder / FOLDER, shop.shelf, told_nothing)
    found = {one.app: one for one in live.look()}
    assert set(found) == {app.name for app in shop.apps}
    current = shop.current("spend")
    assert found["spend"].weights.model == current.model
    assert live.look() == []


def test_another_racer_is_known_by_its_model(shop):
    ring = shop.ring()
    lane = next(one for one in ring.lanes() if one.app.name == "spend")
    names = {model.name: model.id for model in lane.models.values()}
    other = next(racer for racer in lane.models if racer != "continual")
    assert learner_of(lane, lane.models[other].id, shop.shelf) is not None
    assert len(set(names.values())) == len(names)
    with pytest.raises(UserError) as error:
        learner_of(lane, "nobody", shop.shelf)
    races = " ".join(lane.models)
    assert (
        str(error.value) == f"live weights of spend: expected the weights of a model that races: {races}, got 'nobody'"
    )


def test_weights_of_a_model_that_races_no_more_are_told_of_then_passed_over(shop):
    told = []
    live = Live(shop.ring(), shop.folder / FOLDER, shop.shelf, told.append)
    before = live.look()
    Publisher(shop.folder / FOLDER, "spend").publish(Published("gone", 5, {"w": np.zeros(2)}), 1)
    assert live.look() == []
    assert len(before) == 3
    assert told[0].endswith("got 'gone'; going on with what was published before")


def test_after_a_move_the_other_model_answers(shop):
    live = Live(shop.ring(), shop.folder / FOLDER, shop.shelf, told_nothing)
    live.look()
    model = next(one.id for one in shop.shelf.models("spend") if one.id != shop.current("spend").model)
    shop.promote("spend", model, who="me", force=True)
    (fresh,) = live.look()
    assert (fresh.app, fresh.weights.model) == ("spend", model)
