"""What stands behind the protocol of pretrained transformers."""

from evercart.features.encoders.e5 import E5
from evercart.features.encoders.local import Local
from evercart.features.encoders.minilm import MiniLm
from evercart.features.encoders.pretrained import Pretrained


def test_each_names_its_content_without_reading_it():
    every: list[Pretrained] = [E5(), MiniLm(), Local(("0", "1", "2"), 8, "nowhere")]
    for each in every:
        assert each.name.endswith(each.fingerprint[:8]) and len(each.fingerprint) == 64
        assert each.width > 0 < each.most
    assert E5().marks.mask < E5().vocabulary
