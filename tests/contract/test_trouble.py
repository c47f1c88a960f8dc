"""What a store says when it cannot do its work, and that it goes on when it can again."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import textwrap
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from postgis import server
from recorded import one_of_each
from sqlalchemy import NullPool, create_engine, make_url, text
from stores import behind, boundary, council, settled

from territory.records import KINDS, Boundary, Membership, Territory
from territory.store import open_store
from territory.store.backup import backup
from territory.store.base import StoreBusy, StoreError, StoreFull, StoreUnavailable, UnreadableStore

LONG = random.Random(1).randbytes(150_000).hex()  # which no database can compress away


def put(store, *some):
    with store.writing(by="k-test", action="test") as change:
        change.put_all(some)


def content(store):
    with store.reading() as reading:
        return list(reading.log()), [record for kind in KINDS for record in reading.written(kind, 0)]


def fill(store):
    """Write until no space is left; how many writings were done."""
    for count in range(10_000):
        try:
            put(store, council(f"f-{count}"), boundary(f"f-{count}", reasons=LONG))
        except StoreFull:
            return count
    pytest.fail("there was always space")


def holds_exactly(store, count):
    with store.reading() as reading:
        return (
            reading.sequence == count
            and len(reading.find(Territory)) == len(reading.find(Boundary)) == count
            and list(store.faults()) == []
        )


@contextmanager
def small_disk(megabytes):
    """A file system of its own, where the system lets us make one."""
    folder = Path(tempfile.mkdtemp(prefix="territory-small-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=777", "tmpfs", str(folder)]
    try:
        if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode != 0:
            pytest.skip("this system lets nobody mount a small disk")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
    finally:
        folder.rmdir()


def run(script, *arguments):
    """Run a script in a process of its own; what it printed."""
    command = [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)]
    tests = str(Path(__file__).parents[1])
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": tests}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_full_disk_is_told_and_nothing_is_half_written():
    with small_disk(8) as folder:
        (folder / "ballast").write_bytes(b"\0" * 2_000_000)
        store = open_store(f"sqlite:///{folder}/register.db", create=True)
        count = fill(store)
        assert count > 0
        assert holds_exactly(store, count)
        with pytest.raises(StoreFull):
            backup(store, folder / "backup.db")
        (folder / "ballast").unlink()
        put(store, council("later"), boundary("later", reasons=LONG))
        assert holds_exactly(store, count + 1)
        assert list(folder.glob("*backup*")) == []
        store.close()


@pytest.mark.postgis
def test_a_full_disk_of_the_server_is_told_and_nothing_is_half_written(store, store_url):
    if store_url.startswith("sqlite"):
        pytest.skip("has a test of its own")
    with small_disk(4) as folder:
        place = make_url(store_url).database
        move = f"ALTER TABLE boundary SET TABLESPACE {place}"
        owner = Path(str(make_url(store_url).query["host"])).stat()
        os.chown(folder, owner.st_uid, owner.st_gid)
        with autocommitting(store_url) as connection:
            connection.execute(text(f"CREATE TABLESPACE {place} LOCATION '{folder}'"))
            connection.execute(text(move))
        try:
            count = fill(store)
            assert count > 0
            assert holds_exactly(store, count)
        finally:
            with autocommitting(store_url) as connection:
                connection.execute(text("ALTER TABLE boundary SET TABLESPACE pg_default"))
                connection.execute(text(f"DROP TABLESPACE {place}"))
        put(store, council("later"), boundary("later", reasons=LONG))
        assert holds_exactly(store, count + 1)


def test_the_largest_size_of_a_file_is_a_full_disk_too(tmp_path):
    said = run(
        """
        import resource, sys
        from stores import boundary, council
        from territory.store import open_store
        from territory.store.base import StoreFull

        def put(number):
            with store.writing(by="k-test", action="test") as change:
                change.put_all([council(f"f-{number}"), boundary(f"f-{number}", reasons="x" * 50_000)])

        store = open_store(sys.argv[1], create=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, resource.RLIM_INFINITY))
        count = 0
        try:
            while count < 1000:
                put(count)
                count += 1
        except StoreFull:
            print("full")
        print(store.sequence() == count > 0, list(store.faults()))
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        put("later")
        print(store.sequence() == count + 1, list(store.faults()))
        """.replace(
            "import resource, sys", f"import resource, sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})"
        ),
        f"sqlite:///{tmp_path}/register.db",
    )
    assert said.splitlines() == ["full", "True []", "True []"]


@contextmanager
def autocommitting(url):
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


@contextmanager
def another_writer(url):
    """Somebody else who holds the store to write."""
    with behind(url) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE log IN EXCLUSIVE MODE"))
        yield


def test_a_writer_waits_for_another_one_and_then_gives_up(store, store_url):
    impatient = open_store(store_url, busy_s=0.2)
    with another_writer(store_url):
        with pytest.raises(StoreBusy):
            put(impatient, council("a"))
        with impatient.reading() as reading:
            assert reading.sequence == 0
    put(impatient, council("a"))
    assert store.sequence() == 1
    impatient.close()


def test_a_writer_that_waits_long_enough_writes(store, store_url):
    began, done = threading.Event(), []

    def write():
        began.set()
        put(store, council("a"))
        done.append("a")

    with another_writer(store_url):
        writer = threading.Thread(target=write)
        writer.start()
        began.wait()
        assert done == []
    writer.join()
    assert store.sequence() == 1


def test_a_writer_within_a_writing_is_told_instead_of_waiting_forever(store_url):
    impatient = open_store(store_url, busy_s=0.2)
    with impatient.writing(by="k-test", action="outer") as change:
        change.put(council("a"))
        with pytest.raises(StoreBusy):
            put(impatient, council("b"))
    assert impatient.sequence() == 1
    impatient.close()


def test_another_process_that_holds_the_file_makes_the_store_busy(tmp_path):
    url = f"sqlite:///{tmp_path}/register.db"
    store = open_store(url, create=True, busy_s=0.2)
    script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
    script += "c.execute('BEGIN EXCLUSIVE'); print('held', flush=True); sys.stdin.readline()"
    command = [sys.executable, "-c", script, str(tmp_path / "register.db")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreBusy):
            put(store, council("a"))
        holder.stdin.write("\n")
    put(store, council("a"))
    assert store.sequence() == 1
    store.close()


def test_more_readers_than_connections_are_told_to_come_again(store_url):
    store = open_store(store_url, busy_s=0.2)
    readings = [store.reading() for _ in range(40)]
    for reading in readings:
        reading.__enter__()
    with pytest.raises(StoreBusy), store.reading():
        pass
    for reading in readings:
        reading.__exit__(None, None, None)
    assert store.sequence() == 0
    store.close()


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_file_or_folder_that_may_not_be_written_is_told(what):
    folder = Path(tempfile.mkdtemp(prefix="territory-read-only-"))
    try:
        open_store(f"sqlite:///{folder}/register.db", create=True).close()
        (folder / "register.db").chmod(0o444)
        folder.chmod(0o777 if what == "file" else 0o555)
        said = run(
            """
            import os, sys
            from territory.records import Territory
            from territory.store import open_store
            from territory.store.base import StoreUnavailable

            if os.getuid() == 0:
                os.setuid(65534)  # root may write everything
            try:
                with open_store(sys.argv[1]).writing(by="k-test", action="test") as change:
                    change.put(Territory(id="a", level="council", called="a"))
            except StoreUnavailable:
                print("unavailable")
            """,
            f"sqlite:///{folder}/register.db",
        )
        assert said == "unavailable\n"
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(StoreUnavailable):
        open_store(f"sqlite:///{tmp_path}/none/register.db", create=True)


@pytest.mark.postgis
def test_a_database_that_may_only_be_read_is_told(store, store_url):
    if store_url.startswith("sqlite"):
        pytest.skip("has a test of its own")
    put(store, council("a"))
    with behind(store_url) as connection:
        database = make_url(store_url).database
        connection.execute(text(f"ALTER DATABASE {database} SET default_transaction_read_only = on"))
    reader = open_store(store_url)
    with pytest.raises(StoreUnavailable):
        put(reader, council("b"))
    with reader.reading() as reading:
        assert [each.id for each in reading.find(Territory)] == ["a"]
    reader.close()


@pytest.mark.postgis
def test_a_connection_that_breaks_in_a_writing_leaves_nothing_and_the_next_one_works(store, store_url):
    if store_url.startswith("sqlite"):
        pytest.skip("SQLite has no connections to lose")

    def lose_the_server():
        with store.writing(by="k-test", action="test") as change:
            change.put_all(settled("valle"))
            with autocommitting(store_url) as connection:
                connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )
            change.get(Membership, "valle-in")

    with pytest.raises(StoreUnavailable):
        lose_the_server()
    with store.reading() as reading:
        assert (reading.sequence, reading.find(Territory)) == (0, [])
    put(store, *settled("valle"))
    assert list(store.faults()) == []


@pytest.mark.postgis
def test_a_server_that_went_away_is_told():
    if "TERRITORY_TEST_POSTGIS" not in os.environ:
        pytest.skip("needs PostGIS")
    with server() as template:
        url = make_url(template).set(database="register").render_as_string(hide_password=False)
        with autocommitting(make_url(template).set(database="postgres")) as connection:
            connection.execute(text("CREATE DATABASE register TEMPLATE territory"))
        store = open_store(url, create=True)
        put(store, council("a"))
    with pytest.raises(StoreUnavailable):
        store.sequence()
    with pytest.raises(StoreUnavailable):
        put(store, council("b"))
    store.close()
    with pytest.raises(StoreUnavailable):
        open_store(url)


@pytest.fixture
def whole(tmp_path):
    """A sound store in a file, and what it holds."""
    store = open_store(f"sqlite:///{tmp_path}/register.db", create=True)
    put(store, *one_of_each())
    put(store, *settled("valle"))
    put(store, *(boundary("a", revision=version) for version in range(1, 40)))
    held = content(store)
    backup(store, tmp_path / "whole.db")
    store.close()
    return tmp_path / "whole.db", held


def what_is_made_of(file):
    """The content of a damaged file, and what is said of it."""
    try:
        store = open_store(f"sqlite:///{file}")
    except StoreError as error:
        return None, [repr(error)]
    faults = list(store.faults())
    try:
        return content(store), faults
    except UnreadableStore:
        return None, faults
    finally:
        store.close()


@pytest.mark.parametrize("kept", [0.0001, 0.01, 0.3, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_no_sound_store(whole, tmp_path, kept):
    file, _ = whole
    cut = tmp_path / "cut.db"
    cut.write_bytes(file.read_bytes()[: int(kept * file.stat().st_size)])
    _, faults = what_is_made_of(cut)
    assert faults


def test_a_file_of_something_else_is_refused(tmp_path):
    for number, content in enumerate((b"GIF89a" + b"\0" * 5_000, b"SQLite format 3\0" + b"x" * 5_000)):
        file = tmp_path / f"{number}.db"
        file.write_bytes(content)
        with pytest.raises(UnreadableStore):
            open_store(f"sqlite:///{file}")
        assert file.read_bytes() == content


def test_a_byte_that_flipped_is_found_or_matters_to_nobody(whole, tmp_path):
    file, held = whole
    sound = file.read_bytes()
    rng = random.Random(7)
    unnoticed = 0
    for _ in range(40):
        damaged = bytearray(sound)
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
        flipped = tmp_path / "flipped.db"
        flipped.write_bytes(damaged)
        found, faults = what_is_made_of(flipped)
        assert faults or found == held
        unnoticed += not faults
        for left in tmp_path.glob("flipped.db*"):
            left.unlink()
    assert unnoticed < 40
