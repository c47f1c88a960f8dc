"""A PostGIS server that lives as long as one command: ``python tests/postgis.py -- COMMAND…``.

The command finds it in ``TERRITORY_TEST_POSTGIS``: the URL of a database with the extension, to be copied by every
test that needs one (see `databases`). Nothing of a server that may run on this machine is read or changed.
"""

from __future__ import annotations

import argparse
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

VARIABLE = "TERRITORY_TEST_POSTGIS"
PROGRAMS, EXTENSIONS = Path("/usr/lib/postgresql"), Path("/usr/share/postgresql")

USER = DATABASE = "territory"
PORT = "5432"  # only part of the socket's name
START_S = 60
END_S = 15
"""How long a command may take to end once it was told to."""

# Sorted as a server in a Spanish-speaking country sorts, not byte by byte as SQLite does, so that no test counts
# on bytes. ICU knows how on every machine, glibc only where somebody generated the locale.
LOCALE = ("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=es-VE")
SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": "300",  # every store has a pool, and tests open many
    # Nobody needs this data after a power cut.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class NoServer(Exception):
    """PostgreSQL with PostGIS is not installed, or did not start."""


class Signals:
    """Signals to this process: remembered, and passed on to the command; they never cut a clean-up short."""

    def __init__(self) -> None:
        self.received: int | None = None
        self._command: subprocess.Popen[bytes] | None = None
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._receive)
        signal.signal(signal.SIGALRM, self._lose_patience)

    def run(self, command: list[str], environment: dict[str, str]) -> int:
        """Run a command until it ends by itself or by a signal, and tell its status as a shell would."""
        if self.received is not None:
            return 128 + self.received
        self._command = subprocess.Popen(command, env=environment)
        self._pass_on()  # what came since the line above began
        status = self._command.wait()
        signal.alarm(0)
        return status if status >= 0 else 128 - status

    def _receive(self, number: int, _: FrameType | None) -> None:
        self.received = number
        self._pass_on()

    def _pass_on(self) -> None:
        if self._command is None or self.received is None:
            return
        if self.received == signal.SIGINT and _is_in_foreground():
            return  # the keyboard told the command too, and pytest takes a second one as "do not tidy up"
        if self.received != signal.SIGINT:
            signal.alarm(END_S)
        self._command.send_signal(self.received)

    def _lose_patience(self, *_: object) -> None:
        if self._command is not None:
            self._command.kill()


def _is_in_foreground() -> bool:
    try:
        with Path("/dev/tty").open() as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


def programs() -> Path:
    """Folder of the newest PostgreSQL that has PostGIS.

    Raises
    ------
    NoServer
        There is none.
    """
    with_postgis = [
        folder / "bin"
        for folder in PROGRAMS.glob("*")
        if (folder / "bin/initdb").exists() and (EXTENSIONS / folder.name / "extension/postgis.control").exists()
    ]
    if not with_postgis:
        raise NoServer("PostgreSQL with PostGIS is missing: make debian, or apt-get install postgresql-postgis")
    return max(with_postgis, key=lambda folder: float(folder.parent.name))


@contextmanager
def server() -> Iterator[str]:
    """Start a server on a socket in a folder of its own; stop it and remove the folder in the end.

    Yields
    ------
    str
        URL of a database with PostGIS, in SQLAlchemy's form. It takes no connections, so it can always be copied.

    Raises
    ------
    NoServer
        PostgreSQL with PostGIS is not installed, or did not start.
    """
    bin_ = programs()
    # Not $TMPDIR: a socket's path has 107 bytes at most, and another user must get there when we are root.
    folder = Path(tempfile.mkdtemp(prefix="territory-postgis-", dir="/tmp"))
    postgres: subprocess.Popen[bytes] | None = None
    try:
        # Killed with us, even if nothing of what follows can run.
        prefix = ["setpriv", "--pdeathsig", "QUIT"]
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            owner = _unprivileged()
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            prefix += [f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        data, log = folder / "data", folder / "log"
        with log.open("wb") as output:

            def run(program: str, *options: str) -> subprocess.Popen[bytes]:
                return subprocess.Popen(
                    [*prefix, str(bin_ / program), "-D", str(data), *options],
                    cwd=folder,
                    env=environment,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,  # Ctrl-C is for the command, which may still want to tidy up
                )

            # Trusted is whoever gets into the folder.
            if run("initdb", "-U", USER, "--auth=trust", "--no-sync", *LOCALE).wait() != 0:
                raise NoServer(f"initdb failed:\n{log.read_text()}")
            postgres = run(
                "postgres", "-k", str(folder), *(f"--{name}={value}" for name, value in SETTINGS.items())
            )
        client = ["-h", str(folder), "-p", PORT, "-U", USER]
        _wait_for(postgres, [str(bin_ / "pg_isready"), "-q", *client], log)
        _make_template([str(bin_ / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", *client])
        yield f"postgresql+psycopg://{USER}@/{DATABASE}?host={folder}&port={PORT}"
    finally:
        if postgres is not None:
            postgres.send_signal(signal.SIGQUIT)  # at once: nothing is worth a last checkpoint
            try:
                postgres.wait(END_S)
            except subprocess.TimeoutExpired:
                postgres.kill()
                postgres.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _wait_for(postgres: subprocess.Popen[bytes], is_ready: list[str], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while subprocess.call(is_ready) != 0:
        if postgres.poll() is not None or time.monotonic() > deadline:
            raise NoServer(f"PostgreSQL did not start:\n{log.read_text()}")
        time.sleep(0.05)


def _make_template(psql: list[str]) -> None:
    for database, statement in (
        ("postgres", f"CREATE DATABASE {DATABASE}"),
        (DATABASE, "CREATE EXTENSION postgis"),
        ("postgres", f"ALTER DATABASE {DATABASE} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false"),
    ):
        subprocess.run([*psql, "-d", database, "-c", statement], check=True, start_new_session=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="+", metavar="COMMAND", help="what to run, after --")
    command = parser.parse_args().command
    signals = Signals()
    try:
        with server() as url:
            return signals.run(command, {**os.environ, VARIABLE: url})
    except (NoServer, subprocess.CalledProcessError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1 if signals.received is None else 128 + signals.received


if __name__ == "__main__":
    sys.exit(main())
