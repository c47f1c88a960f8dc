"""A backup is whole or absent, is a store itself, and comes back into either database."""

from __future__ import annotations

import threading

import pytest
from recorded import one_of_each
from sqlalchemy import update
from stores import DATABASES, behind, boundary, council, settled, url_on

from territory.records import KINDS, Membership, Territory
from territory.store import open_store
from territory.store.backup import backup, restore
from territory.store.base import StoreFull, StoreNotEmpty, StoreUnavailable, UnreadableStore
from territory.store.engine import sqlite_file
from territory.store.tables import TABLES


@pytest.fixture
def full(store):
    """A store with a record of every kind."""
    for some in (one_of_each(), settled("valle"), [boundary("a", revision=1)]):
        with store.writing(by="k-test", action="test") as change:
            change.put_all(some)
    return store


def content(store):
    with store.reading() as reading:
        records = [record for kind in KINDS for record in reading.written(kind, 0)]
        return list(reading.log()), records


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_backup_is_a_store_with_the_same_content(full, tmp_path):
    copied = backup(full, tmp_path / "backup.db")
    log, records = content(full)
    assert (copied.sequence, copied.hash, copied.faults) == (3, log[-1].hash, ())
    assert copied.revisions == len(records)
    again = open_store(f"sqlite:///{tmp_path}/backup.db")
    assert content(again) == (log, records)
    assert list(again.faults()) == []
    with again.writing(by="k-test", action="test") as change:
        change.put(council("later"))
    again.close()


def test_a_backup_is_one_file_that_can_be_read_where_nothing_can_be_written(full, tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    backup(full, folder / "backup.db")
    assert names_in(folder) == ["backup.db"]
    assert (folder / "backup.db").read_bytes()[
        18:20
    ] == b"\1\1"  # no write-ahead log, which needs a folder to write


@pytest.mark.parametrize("to", DATABASES)
def test_a_backup_comes_back_into_either_database(full, tmp_path, request, to):
    backup(full, tmp_path / "backup.db")
    before = (tmp_path / "backup.db").read_bytes()
    (tmp_path / "new").mkdir()
    url = url_on(to, request, tmp_path / "new")
    copied = restore(tmp_path / "backup.db", url)
    again = open_store(url)
    assert content(again) == content(full)
    assert (copied.sequence, copied.faults) == (3, ())
    assert list(again.faults()) == []
    with again.writing(by="k-test", action="test") as change:
        change.put_all([council("later"), boundary("a", revision=2)])
    assert list(again.faults()) == []
    again.close()
    assert (tmp_path / "backup.db").read_bytes() == before


def test_an_empty_store_can_be_backed_up_and_filled(full, store_url, tmp_path):
    empty = open_store(f"sqlite:///{tmp_path}/empty.db", create=True)
    assert backup(empty, tmp_path / "empty-backup.db").sequence == 0
    backup(full, tmp_path / "backup.db")
    restore(tmp_path / "backup.db", empty.url)
    assert content(empty) == content(full)
    empty.close()


def test_a_store_that_holds_something_is_left_as_it_is(full, store_url, tmp_path):
    backup(full, tmp_path / "backup.db")
    before = content(full)
    with pytest.raises(StoreNotEmpty):
        restore(tmp_path / "backup.db", store_url)
    assert content(full) == before


def test_a_backup_under_writers_is_of_one_moment(store, tmp_path):
    stop = threading.Event()

    def write(number):
        count = 0
        while not stop.is_set():
            with store.writing(by="k-test", action="test") as change:
                change.put_all(settled(f"w{number}-{count}"))
            count += 1

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    try:
        copies = [backup(store, tmp_path / f"backup-{number}.db") for number in range(3)]
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    with store.reading() as reading:
        log = list(reading.log())
    for number, copied in enumerate(copies):
        assert copied.faults == ()
        again = open_store(f"sqlite:///{tmp_path}/backup-{number}.db")
        with again.reading() as reading:
            assert list(reading.log()) == log[: copied.sequence]
            assert len(reading.find(Membership)) == copied.sequence
            assert len(reading.find(Territory)) == 2 * copied.sequence
        again.close()
    assert list(store.faults()) == []


def test_a_backup_takes_the_place_of_an_older_one(full, tmp_path):
    backup(full, tmp_path / "backup.db")
    with full.writing(by="k-test", action="test") as change:
        change.put(council("later"))
    assert backup(full, tmp_path / "backup.db").sequence == 4


def test_a_backup_onto_the_store_itself_is_refused(full, store_url, tmp_path):
    file = sqlite_file(store_url)
    if file is None:
        pytest.skip("a server is no file")
    (tmp_path / "link.db").symlink_to(file)
    for name in (file, tmp_path / "link.db"):
        with pytest.raises(ValueError, match="the store itself"):
            backup(full, name)
    assert list(full.faults()) == []


def test_a_backup_of_a_store_that_was_tampered_with_says_so(full, store_url, tmp_path):
    with behind(store_url, lawless=True) as connection:
        connection.execute(update(TABLES[Territory]).values(called="x"))
    copied = backup(full, tmp_path / "backup.db")
    assert copied.faults == tuple(full.faults())
    assert len(copied.faults) == 2
    with pytest.raises(UnreadableStore, match="entry 1"):
        restore(tmp_path / "backup.db", f"sqlite:///{tmp_path}/new.db")
    assert not (tmp_path / "new.db").exists()


def test_a_backup_with_a_reference_to_nothing_does_not_come_back(full, tmp_path):
    backup(full, tmp_path / "backup.db")
    with behind(f"sqlite:///{tmp_path}/backup.db", lawless=True) as connection:
        connection.exec_driver_sql("DELETE FROM identity WHERE id = 'valle-commune'")
    with pytest.raises(UnreadableStore):
        restore(tmp_path / "backup.db", f"sqlite:///{tmp_path}/new.db")
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize("to", DATABASES)
def test_a_broken_backup_leaves_the_store_empty_and_usable(full, tmp_path, request, to):
    file = tmp_path / "backup.db"
    backup(full, file)
    (tmp_path / "new").mkdir()
    url = url_on(to, request, tmp_path / "new")
    whole = file.read_bytes()
    for broken in (whole[: len(whole) // 2], b"x" * 10_000, whole[:100] + b"\0" * (len(whole) - 100)):
        file.write_bytes(broken)
        with pytest.raises(UnreadableStore):
            restore(file, url)
    file.write_bytes(whole)
    assert restore(file, url).sequence == 3


def test_a_backup_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FileNotFoundError):
        restore(tmp_path / "none.db", f"sqlite:///{tmp_path}/new.db")
    assert names_in(tmp_path) == []


def test_a_backup_that_fails_leaves_the_older_one(full, tmp_path, monkeypatch):
    file = tmp_path / "backup.db"
    backup(full, file)
    before, names = file.read_bytes(), names_in(tmp_path)
    with full.writing(by="k-test", action="test") as change:
        change.put(council("later"))
    monkeypatch.setattr("territory.store.backup._sync", fail_for_want_of_space)
    with pytest.raises(StoreFull):
        backup(full, file)
    assert file.read_bytes() == before
    assert names_in(tmp_path) == names


def fail_for_want_of_space(_):
    raise OSError(28, "No space left on device")


def test_a_backup_into_a_folder_that_is_a_file_is_refused(full, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable):
        backup(full, tmp_path / "file" / "backup.db")
