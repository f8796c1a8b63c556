"""`tracktwo serve`: the first run makes what is missing and lets one person in; what is wrong is said in a sentence."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving.servers import Installation, Nursery, Said, Server, nursery, serving, tracktwo
from tests.serving.visitors import Visitor

PASSWORD = "three boats at the old ford"
# How a password that can be used begins in Django's tables, whatever hashes it.
HASHES = re.compile(rb"argon2|pbkdf2_|bcrypt|scrypt\$|md5\$|sha1\$")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(tmp_path_factory.mktemp("first") / "data")


@pytest.fixture(scope="module")
def first(home: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The very first start, and the server it made."""
    with serving(home, tmp_path_factory.mktemp("run")) as server:
        yield server


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def in_a_sentence(said: Said, *words: str) -> None:
    """Exit code 2, and one line that holds these words: no traceback, no second thought."""
    assert "Traceback" not in said.err
    lines = [line for line in said.err.splitlines() if line.strip()]
    assert len(lines) == 1, said.err
    assert all(word in lines[0] for word in words), lines[0]
    assert lines[0].endswith(".")
    assert said.code == 2


def test_what_the_first_run_makes_is_private(home, first):
    assert mode(home.data) == 0o700
    keys = [home.data / "keystore", *(home.data / "keystore").rglob("*")]
    assert {mode(path) for path in keys if path.is_dir()} == {0o700}
    files = [path for path in keys if path.is_file()]
    assert len(files) >= 2
    assert {mode(path) for path in files} == {0o600}
    assert {path.stat().st_size for path in files} == {32}
    assert (home.data / "tracktwo.sqlite3").exists()


def test_no_password_opens_anything_before_set_up(home, first):
    for path in home.data.rglob("*"):
        if path.is_file() and "static" not in path.parts:
            assert not HASHES.search(path.read_bytes()), path
    with sqlite3.connect(home.data / "tracktwo.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM tracktwo_person").fetchone() == (0,)
    stranger = Visitor(lambda: first.address)
    for name, word in (("admin", "admin"), ("tracktwo", "tracktwo"), ("", "")):
        assert stranger.post("/accounts/login/", login=name, password=word).status != 302


def set_up(server: Server) -> Visitor:
    """Somebody opens the printed link and makes the first account."""
    path = server.ready["set_up"].removeprefix(server.address)
    visitor = Visitor(lambda: server.address)
    assert visitor.get(path).status == 200
    asked = {
        "site_name": "House of talks",
        "language": "en",
        "user_name": "ada lovelace",
        "password": PASSWORD,
        "again": PASSWORD,
    }
    assert visitor.post(path, **asked | {"again": "another"}).status == 400
    assert visitor.post(path, **asked).leads_to == "/accounts/2fa/"
    return visitor


def test_the_link_opens_set_up_once_and_only_as_printed(tmp_path):
    with serving(Installation(tmp_path / "data"), tmp_path / "run") as server:
        assert server.ready["set_up"] in server.said
        stranger = Visitor(lambda: server.address)
        assert stranger.get("/").status == 200
        assert stranger.get("/set-up/guess/").status == 404
        ada = set_up(server)
        # Nothing is open to this account before its second step.
        assert ada.get("/begin/").leads_to == "/accounts/2fa/"
        path = server.ready["set_up"].removeprefix(server.address)
        assert stranger.get(path).status == 404
        server.end()
        first_log = server.said
    with serving(Installation(tmp_path / "data"), tmp_path / "run") as again:
        assert again.ready["set_up"] == ""
        assert "set-up" not in again.said
        assert "House of talks" in Visitor(lambda: again.address).get("/").text
        for said in (first_log, again.said):
            assert "Traceback" not in said
            assert "lovelace" not in said
            assert PASSWORD not in said
            assert "127.0.0.1 -" not in said


def test_a_port_that_is_taken_is_said_in_a_sentence(home):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = tracktwo("serve", "--data", home.data, "--port", port)
    in_a_sentence(said, f"127.0.0.1:{port}", "not free", "--port")


@pytest.mark.parametrize("place", ["inside a file", "a file"])
def test_a_data_directory_that_cannot_be_made_is_said_in_a_sentence(tmp_path, place):
    file = tmp_path / "file"
    file.write_text("not a folder")
    data = file if place == "a file" else file / "data"
    in_a_sentence(tracktwo("serve", "--data", data, "--port", 0), str(data), "data directory", "--data")


@pytest.mark.skipif(os.geteuid() == 0, reason="whoever runs this may write everywhere")
def test_a_folder_one_may_not_write_to_is_said_in_a_sentence(tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    in_a_sentence(tracktwo("serve", "--data", tmp_path / "locked" / "data"), "Permission denied", "--data")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRACKTWO_DATABSE_URL", "postgresql://localhost/x"),
        ("TRACKTWO_LANGUAGE", "xx"),
        ("TRACKTWO_SECURE", "perhaps"),
    ],
)
def test_a_setting_that_is_none_is_named(tmp_path, name, value):
    said = tracktwo("serve", "--data", tmp_path / "data", "--port", 0, **{name: value})
    in_a_sentence(said, name)


def test_a_database_that_is_none_is_said_in_a_sentence(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "tracktwo.sqlite3").write_text("a letter that somebody saved under the wrong name\n" * 99)
    in_a_sentence(tracktwo("serve", "--data", data, "--port", 0), "database")


@pytest.mark.timeout(60)
def test_a_database_server_that_does_not_answer_is_said_without_its_password(tmp_path):
    url = "postgresql://ada:s3cret@127.0.0.1:1/talks"
    said = tracktwo("serve", "--data", tmp_path / "data", "--port", 0, TRACKTWO_DATABASE_URL=url)
    in_a_sentence(said, "database", "TRACKTWO_DATABASE_URL")
    assert "s3cret" not in said.out + said.err


# --- what is checked before the doors open ------------------------------------------------------


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Nursery]:
    with nursery(Installation(tmp_path / "data"), tmp_path) as born:
        yield born


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("demo", "This database holds the demo process, whose seats are open to anybody."),
        ("real", "A process with real seats has a seat that anybody may take in one click."),
    ],
)
def test_serve_refuses_a_process_that_is_open_to_anybody(apart, kind, sentence):
    apart.call("tests.serving.inside:a_process_open_to_anybody", kind=kind)
    said = apart.run("serve", "--data", apart.home.data, "--port", 0)
    assert said.code == 1
    assert sentence in said.err
    assert "Traceback" not in said.err


def test_serve_admits_an_exercise_that_is_open_to_anybody(apart):
    apart.call("tests.serving.inside:a_process_open_to_anybody", kind="exercise")
    server = apart.serve()
    assert Visitor(lambda: server.address).get("/").status == 200
    server.kill()


def test_the_demo_takes_another_port_only_if_nobody_asked_for_this_one(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        in_a_sentence(tracktwo("demo", "--port", port, TMPDIR=str(tmp_path)), f"127.0.0.1:{port}", "not free")
    assert list(tmp_path.iterdir()) == []
