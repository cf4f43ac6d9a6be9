"""The lease: one at a time, taken over from the dead only."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reportgen.lease import EXPIRES, Held, Lease
from reportgen.store import Store
from tests.store.conftest import azurite, container, settings, store

__all__ = ["azurite", "container", "settings", "store"]


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 15, 6, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def on(self, time: timedelta) -> None:
        self.now += time


@pytest.fixture
def clock() -> Clock:
    return Clock()


def held(lease: Lease, host: str = "other") -> str:
    with pytest.raises(Held) as refused:
        lease.take("late", host)
    return refused.value.holder.run


def test_one_at_a_time(store: Store, clock: Clock) -> None:
    first, second = Lease(store, "a", clock), Lease(store, "a", clock)
    assert first.take("one", "here") is None
    assert held(second) == "one"
    assert Lease(store, "b", clock).take("other", "here") is None, "another engagement has its own"
    first.release()
    assert second.take("two", "here") is None
    assert held(first) == "two"


def test_beats_keep_it_and_silence_loses_it(store: Store, clock: Clock) -> None:
    first, second = Lease(store, "a", clock), Lease(store, "a", clock)
    first.take("one", "here")
    for _ in range(3):
        clock.on(EXPIRES - timedelta(minutes=1))
        assert first.beat()
        assert held(second) == "one"
    clock.on(EXPIRES + timedelta(seconds=1))
    over = second.take("two", "there")
    assert over is not None
    assert (over.run, over.since, over.seen) == ("one", "2026-11-15T06:00:00Z", "2026-11-15T06:27:00Z")
    assert not first.beat(), "it is told that it lost the lease"
    first.release()
    assert held(first) == "two", "and takes nothing away from who has it now"


def test_a_process_of_this_host_that_is_gone_holds_nothing(store: Store, clock: Clock) -> None:
    gone = os.fork()
    if gone == 0:
        os._exit(0)
    os.waitpid(gone, 0)
    body = {"run": "one", "host": "here", "pid": gone, "since": "2026-11-15T06:00:00Z"}
    store.create("lease/a/000001.json", json.dumps(body).encode())
    assert held(Lease(store, "a", clock), "elsewhere") == "one"
    over = Lease(store, "a", clock).take("two", "here")
    assert over is not None
    assert over.run == "one"


def test_a_process_of_this_host_that_is_alive_holds_it(store: Store, clock: Clock) -> None:
    body = {"run": "one", "host": "here", "pid": os.getppid(), "since": "2026-11-15T06:00:00Z"}
    store.create("lease/a/000001.json", json.dumps(body).encode())
    assert held(Lease(store, "a", clock), "here") == "one"


def test_it_can_be_taken_away(store: Store, clock: Clock) -> None:
    lease = Lease(store, "a", clock)
    assert lease.release("me") is None
    lease.take("one", "here")
    had = Lease(store, "a", clock).release("me")
    assert had is not None
    assert replace(had, pid=0).words() == "run one on here (process 0) since 2026-11-15T06:00:00Z"
    assert lease.holder() is None


def test_old_files_are_put_away(store: Store, clock: Clock) -> None:
    for number in range(3):
        lease = Lease(store, "a", clock)
        lease.take(f"run{number}", "here")
        lease.beat()
        lease.beat()
        lease.release()
    assert store.entries("lease/a") == ("000003.beat-000002.json", "000003.json", "000003.released.json")
