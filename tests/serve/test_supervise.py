"""Programs that are kept running together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from evercart.errors import UserError
from evercart.serve.supervise import Patience, Program, Supervisor

QUICK = Patience(first_s=0.02, most_s=0.2, well_s=30, drain_s=0.5)
STAYS = "import time; print('here', flush=True); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('here', flush=True); time.sleep(60)"


def _python(name: str, code: str) -> Program:
    return Program(name, (sys.executable, "-S", "-c", code))


class _Heard:
    """What was told; once a line comes that is waited for, something is done."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.then: list[tuple[Callable[[], bool], Callable[[], None]]] = []

    def __call__(self, name: str, line: str) -> None:
        self.lines.append((name, line))
        if self.then and self.then[0][0]():
            self.then.pop(0)[1]()

    def count(self, line: str) -> int:
        return sum(one == line for _, one in self.lines)


def _stop() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def test_what_is_killed_is_back_then_all_stop() -> None:
    heard = _Heard()
    both = Supervisor([_python("a", STAYS), _python("b", STAYS)], heard, QUICK)
    numbers: list[int] = []

    def kill() -> None:
        numbers.append(both.running["a"])
        os.kill(both.running["a"], signal.SIGKILL)

    heard.then = [(lambda: heard.count("here") == 2, kill), (lambda: heard.count("here") == 3, _stop)]
    assert both.run() == 0
    assert ("up", "a ended by SIGKILL; it starts again in 0.02 s") in heard.lines
    assert [name for name, line in heard.lines if line == "here"][2] == "a"
    with pytest.raises(ProcessLookupError):
        os.kill(numbers[0], 0)


def test_waits_double_up_to_their_most() -> None:
    heard = _Heard()
    heard.then = [(lambda: len(heard.lines) == 6, _stop)]
    assert Supervisor([_python("a", "import sys; sys.exit(3)")], heard, QUICK).run() == 0
    waits = [line.removeprefix("a ended by exit code 3; it starts again in ") for _, line in heard.lines]
    assert waits == ["0.02 s", "0.04 s", "0.08 s", "0.16 s", "0.2 s", "0.2 s"]


def test_a_long_run_is_forgiven() -> None:
    heard = _Heard()
    heard.then = [(lambda: len(heard.lines) == 3, _stop)]
    patience = Patience(first_s=0.02, most_s=1, well_s=0.001, drain_s=1)
    assert Supervisor([_python("a", "")], heard, patience).run() == 0
    assert all(line.endswith("in 0.02 s") for _, line in heard.lines)


def test_what_only_its_user_can_mend_is_not_tried_again() -> None:
    heard = _Heard()
    wrong = _python("a", "import sys; sys.exit('shop.toml: expected so' and 2)")
    assert Supervisor([wrong, _python("b", STAYS)], heard, QUICK).run() == 2
    assert ("up", "a cannot start (see above); all stop") in heard.lines


def test_what_is_not_needed_may_be_missing() -> None:
    heard = _Heard()
    wrong = Program("a", _python("a", "import sys; sys.exit(2)").words, needed=False)
    both = Supervisor([wrong, _python("b", STAYS)], heard, QUICK)
    heard.then = [(lambda: len(heard.lines) == 2, both.stop)]
    assert both.run() == 0
    assert ("up", "a cannot start (see above); the others go on without it") in heard.lines


def test_what_had_run_is_tried_again(tmp_path: Path) -> None:
    heard = _Heard()
    code = f"import sys, pathlib; p = pathlib.Path({str(tmp_path / 'ran')!r}); again = p.exists(); p.touch();"
    code += "sys.exit(2 if again else 1)"
    heard.then = [(lambda: len(heard.lines) == 2, _stop)]
    assert Supervisor([_python("a", code)], heard, QUICK).run() == 0
    assert heard.lines[1][1] == "a ended by exit code 2; it starts again in 0.04 s"


def test_what_does_not_end_is_killed() -> None:
    heard = _Heard()
    heard.then = [(lambda: heard.count("here") == 1, _stop)]
    began = time.monotonic()
    assert Supervisor([_python("a", STUBBORN)], heard, QUICK).run() == 0
    assert ("up", "a did not end within 0.5 s; it is killed") in heard.lines
    assert time.monotonic() - began < 20


def test_a_second_signal_waits_for_nobody() -> None:
    heard = _Heard()

    def twice() -> None:
        _stop()
        threading.Timer(0.8, _stop).start()

    heard.then = [(lambda: heard.count("here") == 1, twice)]
    began = time.monotonic()
    assert Supervisor([_python("a", STUBBORN)], heard, Patience(drain_s=30)).run() == 0
    assert time.monotonic() - began < 25


def test_a_signal_that_comes_twice_at_once_is_one() -> None:
    """Ctrl-C under `make run` comes from the terminal, then from make; what ends must be let end."""
    heard = _Heard()
    code = "import signal, sys, time\n"
    code += "def end(*_): time.sleep(0.4); print('tidied', flush=True); sys.exit(0)\n"
    code += "signal.signal(signal.SIGTERM, end); print('here', flush=True); time.sleep(60)"

    def twice() -> None:
        _stop()
        threading.Timer(0.05, _stop).start()

    heard.then = [(lambda: heard.count("here") == 1, twice)]
    assert Supervisor([_python("a", code)], heard, Patience(drain_s=30)).run() == 0
    assert heard.count("tidied") == 1


def test_lines_come_whole_whatever_they_hold() -> None:
    heard = _Heard()
    code = "import os, time; os.write(1, b'one\\r\\n\\xff two'); time.sleep(.05);"
    code += "os.write(2, b' three\\n' + b'x' * 3000000)"
    heard.then = [(lambda: heard.lines[-1][0] == "up", _stop)]
    Supervisor([_python("a", code)], heard, QUICK).run()
    lines = [line for name, line in heard.lines if name == "a"]
    assert lines[:2] == ["one", "\ufffd two three"]
    assert "".join(lines[2:]) == "x" * 3_000_000


def test_programs_end_with_the_one_that_began_them(tmp_path: Path) -> None:
    code = f"""
import sys
from evercart.serve.supervise import Program, Supervisor
words = (sys.executable, "-S", "-c", {STAYS.replace("'here'", "__import__('os').getpid()")!r})
Supervisor([Program("a", words)], lambda name, line: print(line, flush=True)).run()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    ends = time.monotonic() + 30
    while time.monotonic() < ends and _lives(child):
        time.sleep(0.01)
    assert not _lives(child)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_where_nobody_reads_any_more_all_stop() -> None:
    def told(name: str, line: str) -> None:
        raise BrokenPipeError

    assert Supervisor([_python("a", STAYS), _python("b", STAYS)], told, QUICK).run() == 0


def test_waits_make_sense() -> None:
    with pytest.raises(UserError) as told:
        Patience(first_s=40)
    assert str(told.value) == "patience.first_s: expected above 0, at most most_s, got 40"
