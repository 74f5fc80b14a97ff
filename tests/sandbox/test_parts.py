"""Small parts: emptying folders, counting their use, shared memory, waiting."""

from __future__ import annotations

import os
import resource
from contextlib import ExitStack
from pathlib import Path

import pytest

from llamoco_bench.sandbox.child import wire
from llamoco_bench.sandbox.child.job import Job, read_job
from llamoco_bench.sandbox.child.pages import in_use
from llamoco_bench.sandbox.child.spin import Spinner
from llamoco_bench.sandbox.child.wipe import wipe
from llamoco_bench.sandbox.children import sample
from llamoco_bench.sandbox.desk import Desk
from llamoco_bench.sandbox.watch import folder_use


@pytest.fixture
def job() -> Job:
    return Job(
        source="x = '\ud800'",
        lower=[-1.0, -2.5],
        upper=[1.0, float("inf")],
        budget=7,
        seed=3,
        n_inequality=3,
        n_equality=0,
        rows=wire.rows_that_fit(2),
        width=3,
        weak=False,
        may_spin=True,
        memory_bytes=1 << 30,
        cpu_s=10,
        open_files=64,
        file_bytes=1 << 20,
    )


def test_folder_is_emptied_whatever_lies_in_it(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    folder = tmp_path / "folder"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "file").touch()
    (folder / "a" / "b").chmod(0)
    (folder / "a").chmod(0)
    (folder / "to-outside").symlink_to(outside)
    (folder / "dangling").symlink_to("nowhere")
    (folder / ("n" * 255)).touch()
    (folder / "\udcff").touch()
    os.mkfifo(folder / "pipe")
    folder.chmod(0)
    wipe(str(folder))
    assert list(folder.iterdir()) == []
    assert list(outside.iterdir()) == [outside / "kept"]


def test_folder_deeper_than_any_path_is_counted_as_too_many_and_emptied(tmp_path: Path) -> None:
    here = Path.cwd()
    os.chdir(tmp_path)
    for _ in range(30):
        os.mkdir("d" * 250)
        os.chdir("d" * 250)
    os.chdir(here)
    assert folder_use(str(tmp_path), 4000)[1] == 4001
    wipe(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_use_of_a_folder_is_what_its_files_occupy(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "full").write_bytes(b"x" * 1_000_000)
    with (tmp_path / "hole").open("wb") as file:
        file.truncate(10**9)
    size, entries = folder_use(str(tmp_path), 10)
    assert entries == 3
    assert 1_000_000 <= size < 2_000_000
    assert folder_use(str(tmp_path), 2)[1] == 3


def test_use_of_a_process_is_known_until_it_has_gone() -> None:
    use = sample(os.getpid())
    assert use is not None
    assert use.threads >= 1
    assert use.rss_bytes > 1 << 20
    assert sample(2**22 + 1) is None


def test_job_travels_unchanged(job: Job) -> None:
    with Desk(job, 4096) as desk:
        assert read_job(desk.child_fds()[0]) == job


def test_shared_memory_cannot_be_shortened_under_the_harness(job: Job) -> None:
    with Desk(job, 4096) as desk:
        for fd in (desk.child_fds()[1], desk.child_fds()[4]):
            with pytest.raises(PermissionError):
                os.ftruncate(fd, 0)
            with pytest.raises(PermissionError):
                os.ftruncate(fd, 1 << 30)


def fill(fd: int, block: bytes) -> None:
    while True:
        os.write(fd, block)


def test_output_over_its_limit_is_noticed_and_cannot_grow_for_ever(job: Job) -> None:
    with Desk(job, 1000) as desk:
        output = desk.child_fds()[4]
        os.write(output, b"x" * 1000)
        assert not desk.output_is_full()
        os.write(output, b"y")
        assert desk.output_is_full()
        assert desk.output_tail() == (b"x" * 1000 + b"y", True)
        with pytest.raises(PermissionError):
            fill(output, b"z" * 700_000)
        assert desk.printed_bytes() < 5_000_000
        assert desk.output_tail() == (b"z" * 4096, False)


def test_descriptors_are_closed_with_the_desk(job: Job) -> None:
    before = os.listdir("/proc/self/fd")
    with Desk(job, 1000) as desk:
        assert len(os.listdir("/proc/self/fd")) == len(before) + 8
        desk.close_child_ends()
    assert os.listdir("/proc/self/fd") == before


@pytest.mark.parametrize("free", range(1, 8))
def test_desk_for_which_there_are_too_few_descriptors_keeps_none(job: Job, free: int) -> None:
    before = os.listdir("/proc/self/fd")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as held:
        held.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        lowest = os.dup(0)
        os.close(lowest)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + free, hard))
        with pytest.raises(OSError, match="Too many open files"):
            Desk(job, 1000)
    assert os.listdir("/proc/self/fd") == before


SMAPS = """\
55d000000000-55d000400000 rw-p 00000000 00:00 0                          [heap]
Rss:                4096 kB
7f0000000000-7f0000800000 rw-p 00000000 00:00 0
Size:               8192 kB
Rss:                4096 kB
7f0001000000-7f0009000000 rw-p 00000000 00:00 0
Rss:                 512 kB
7f0010000000-7f0010400000 rw-p 00000000 fe:00 77                         /usr/lib/libbig.so
Rss:                4096 kB
7f0011000000-7f0011400000 r--p 00000000 00:00 0
Rss:                4096 kB
7ffd00000000-7ffd00400000 rw-p 00000000 00:00 0                          [stack]
Rss:                4096 kB
"""


def test_only_memory_that_is_in_use_and_no_file_s_is_gathered_into_large_pages() -> None:
    assert list(in_use(iter(SMAPS.splitlines()))) == [
        (0x55D000000000, 0x55D000400000),
        (0x7F0000000000, 0x7F0000800000),
    ]


@pytest.mark.parametrize("dim", [1, 2, 30, 1000, 200_000])
@pytest.mark.parametrize("width", [1, 91])
def test_points_values_and_counters_do_not_overlap(dim: int, width: int) -> None:
    layout = wire.Layout(wire.rows_that_fit(dim), dim, width)
    assert 1 <= layout.rows <= wire.MAX_ROWS
    assert layout.values_at == 8 * dim * layout.rows
    assert layout.values_end <= layout.counters_at < layout.size
    assert layout.counters_at % 64 == 0
    assert layout.size >= wire.REPORT_BYTES


class Looked:
    """A counter that stands at `value`, and counts how often somebody looks at it."""

    def __init__(self, value: int) -> None:
        self.value, self.looks = value, 0

    def __getitem__(self, index: int) -> int:
        self.looks += 1
        return self.value


def looks(value: int, awaited: int, *, times: int, enabled: bool = True) -> int:
    """How often a spinner looks at a counter while it waits `times` times for `awaited`."""
    cells = Looked(value)
    spinner = Spinner(cells, 0, enabled)  # type: ignore[arg-type]
    for _ in range(times):
        spinner.wait(awaited)
    return cells.looks


def test_waiting_ends_at_the_first_look_that_finds_the_counter_there() -> None:
    assert looks(1, 1, times=5) == 5


def test_waiting_for_what_does_not_come_is_given_up_for_most_of_the_time() -> None:
    once = looks(1, 2, times=1)
    assert once > 100
    assert looks(1, 2, times=10_000) < 10_000 * once / 20


def test_nobody_looks_where_there_is_one_processor() -> None:
    assert looks(1, 2, times=5, enabled=False) == 0
