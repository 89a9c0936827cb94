# SPDX-License-Identifier: GPL-3.0-or-later
"""The short forms of what `./glossator bench endurance` does for long: kills, pressure, mutations."""
import _ctypes
import ctypes
import os
import pathlib
import signal
import time

import kill_cycles
import mutations
import orthanc
import pressure
import pytest
import synthetic
from gate_alone import AET, Gate
from sender import Burst, send_all


def test_kill_9_of_the_gate_loses_nothing_that_was_acknowledged(tmp_path):
    figures = kill_cycles.kill_gate(tmp_path, cycles=8)
    assert figures["acknowledged"] > 50


def test_kill_9_of_orthanc_and_of_its_gate_loses_nothing_that_was_acknowledged(tmp_path):
    figures = kill_cycles.kill_orthanc(tmp_path, cycles=3)
    assert figures["acknowledged"] > 20


def test_a_full_disk_refuses_keeps_whole_objects_only_and_resumes_by_itself(tmp_path):
    try:
        figures = pressure.full_disk(tmp_path)
    except pressure.CannotMount as fault:
        pytest.skip(f"no small file system can be mounted: {fault}")
    assert figures["kept"] and figures["refused"]
    assert figures["slowest"] < 6


def test_a_full_spool_turns_senders_away_quickly_and_takes_all_on_retry(tmp_path):
    figures = pressure.full_spool(tmp_path)
    assert figures["kept"] and figures["refused"]
    assert figures["slowest"] < 6 and figures["study_seconds"] < 10


def test_a_gate_that_is_told_to_end_while_it_starts_ends_at_once(tmp_path):
    """It went on to catch up with its spool first: half a minute after many kills."""
    with Gate(tmp_path / "gate") as gate:
        study = "1.2.826.77.9.9"
        assert set(send_all(gate.port, AET, study, range(1, 200)).values()) == {0}
        for delay in (0.01, 0.02, 0.03, 0.05, 0.08, 0.13, 0.21, 0.34):
            gate.stop()
            with pytest.raises((orthanc.StartFailed, TimeoutError)):
                gate.start(seconds=0)
            time.sleep(delay)
            began = time.monotonic()
            gate.process.terminate()
            # Before the program has asked for the signal, the system ends it.
            assert gate.process.wait(10) in (0, -signal.SIGTERM)
            assert time.monotonic() - began < 8
        gate.start()
        assert gate.instances() == (199, 0)


SEEDS = 1500


def test_spoilt_objects_are_answered_within_a_second_and_crash_nothing(tmp_path):
    files = []
    plans = {"CT": ("explicit", "implicit", "big", "deflated"), "MR": ("rle",), "DX": ("explicit",),
             "NM": ("explicit",)}
    for modality, syntaxes in plans.items():
        for syntax in syntaxes:
            plan = synthetic.Plan(modality=modality, rows=48, columns=40, slices=2, syntax=syntax,
                                  seed="spoilt" + syntax)
            files += synthetic.write(plan, tmp_path / f"{modality}-{syntax}")
    known = list(mutations.originals(files))
    assert len(known) >= 7
    with Gate(tmp_path / "gate") as gate:
        wave = mutations.Wave(gate.port, AET)
        per_file = -(-SEEDS // len(known))
        for original in known:
            for seed in range(per_file):
                wave.send(original, seed)
        assert gate.process.poll() is None, gate.log[-2000:]
        assert wave.slow == [], wave.slow
        assert {"0000", "C000", "A900"} <= set(wave.answers), wave.answers
        assert send_all(gate.port, AET, "1.2.826.60", [1]) == {1: 0}
        assert gate.verify_journal().returncode == 0


# Supervision, and Orthanc ending or starting over under load.

@pytest.fixture
def node(tmp_path):
    running = kill_cycles.Node(tmp_path)
    yield running
    running.close()


def test_a_gate_that_keeps_dying_is_started_again_with_growing_pauses(node):
    moments = []
    for _ in range(4):
        pid = node.gate_pid()
        os.kill(pid, signal.SIGKILL)
        died = time.monotonic()
        node.wait(lambda: node.gate_pid() != pid, 30)
        moments.append(time.monotonic() - died)
    assert moments[-1] > 1.5, moments  # 0.5, 1, 2, ... s between starts
    assert max(moments) < 10
    node.wait_until_ready()
    health = node.server.rest_get("/glossator/api/v1/health")["gateProcess"]
    assert health["starts"] == 5


def threads_of(process):
    return len(list(pathlib.Path(f"/proc/{process.pid}/task").iterdir()))


def mapped(process):
    text = pathlib.Path(f"/proc/{process.pid}/maps").read_text()
    return text.count("libOrthancGlossator.so")


def judge(node, burst):
    """What was acknowledged arrives in Orthanc, once."""
    node.wait_until_ready()
    node.settle()
    found = node.instance_numbers()
    assert len(found) == len(set(found))
    assert burst.acknowledged <= set(found) <= burst.sent
    assert len(burst.acknowledged) > 20


def test_sigterm_under_load_ends_orthanc_within_8_seconds_and_senders_notice_nothing(node):
    burst = Burst(node.port, "TEST", "1.2.826.61")
    time.sleep(1)
    assert node.server.stop() < 8
    assert node.server.process.returncode == 0
    alone = len(burst.acknowledged)
    time.sleep(0.5)
    assert len(burst.acknowledged) > alone  # the gate goes on receiving
    burst.stop()
    assert set(burst.statuses) == {0}
    node.server.start(wait=False)
    judge(node, burst)


def test_sighup_under_load_starts_over_within_8_seconds_in_the_same_process(node):
    """Each time the library is unloaded and loaded again: no thread and no mapping is left."""
    node.wait(lambda: node.server.request("GET", "/glossator/ready").status == 200)
    burst = Burst(node.port, "TEST", "1.2.826.62")
    figures = []
    for count in (2, 3, 4):
        time.sleep(0.5)
        began = time.monotonic()
        node.server.hang_up()
        node.wait(lambda: node.server.read_log().count("the node is open") == count)
        assert time.monotonic() - began < 8
        node.wait_until_ready()
        figures.append((threads_of(node.server.process), mapped(node.server.process)))
    burst.stop()
    assert set(burst.statuses) == {0}
    assert len(set(figures)) == 1, figures
    assert node.server.process.poll() is None
    judge(node, burst)


def test_the_library_can_be_unloaded():
    path = str(orthanc.BUILD / "lib" / "libOrthancGlossator.so")
    for _ in range(2):
        handle = _ctypes.dlopen(path, ctypes.DEFAULT_MODE)
        assert "libOrthancGlossator" in pathlib.Path("/proc/self/maps").read_text()
        _ctypes.dlclose(handle)
        assert "libOrthancGlossator" not in pathlib.Path("/proc/self/maps").read_text()


def test_orthanc_that_is_away_is_not_noticed_by_senders(node):
    node.server.kill()
    statuses = send_all(node.port, "TEST", "1.2.826.63", range(1, 40))
    assert set(statuses.values()) == {0}
    node.server.start(wait=False)
    node.wait_until_ready()
    node.settle()
    assert sorted(node.instance_numbers()) == list(range(1, 40))
