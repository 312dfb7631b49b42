"""Thin maps beside held ones."""

import pytest

from evercart.errors import UserError
from evercart.learners.deep.lora import Lora

torch = pytest.importorskip("torch", reason="needs the extra deep")


class Two(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.query = torch.nn.Linear(6, 4)
        self.other = torch.nn.Linear(4, 2)

    def forward(self, x):
        return self.other(self.query(x))


def test_it_begins_as_what_it_stands_beside():
    torch.manual_seed(1)
    module, x = Two(), torch.randn(3, 6)
    before = module(x)
    adapted = Lora(2)(module)
    assert {name: tuple(one.shape) for name, one in adapted.named_parameters()} == {
        "query.down.weight": (2, 6),
        "query.up.weight": (4, 2),
    }
    assert torch.equal(adapted(x), before)


def test_it_says_what_peft_says():
    peft = pytest.importorskip("peft", reason="compared where peft is installed")
    torch.manual_seed(2)
    plain, x = Two(), torch.randn(3, 6)
    whole = {name: one.detach().clone() for name, one in plain.named_parameters()}
    theirs = peft.get_peft_model(plain, peft.LoraConfig(r=2, lora_alpha=5.0, target_modules=["query"]))
    pair = [one for name, one in theirs.named_parameters() if "lora_" in name]
    with torch.no_grad():
        for one in pair:
            one.normal_()
    again = Two()
    again.load_state_dict(whole)
    ours = Lora(2, 5.0)(again)
    with torch.no_grad():
        ours.query.down.weight.copy_(pair[0])
        ours.query.up.weight.copy_(pair[1])
    torch.testing.assert_close(ours(x), theirs(x))


def test_settings_that_make_no_sense():
    with pytest.raises(UserError, match=r"^lora.rank: expected at least 1, got 0$"):
        Lora(0)
    with pytest.raises(UserError, match=r"^lora.strength: expected more than 0, got 0$"):
        Lora(strength=0)
    with pytest.raises(UserError, match=r"^lora.beside: expected ends of names of linear maps, got 'q_proj'$"):
        Lora(beside=("q_proj",))(Two())
