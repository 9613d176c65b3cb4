"""Secrets are made once, whole, and for their owner's eyes."""

from __future__ import annotations

import json
from pathlib import Path

from movewell.web.tokens import public

from deploy.compose.make_secrets import make
from tests.compose.stack_file import document


def test_the_script_makes_what_the_compose_file_mounts(tmp_path: Path) -> None:
    assert set(make(tmp_path)) == set(document["secrets"])
    mounted = {each["file"].rpartition("/")[2] for each in document["secrets"].values()}
    assert mounted == set(document["secrets"])


def test_what_is_there_stays_as_it_is(tmp_path: Path) -> None:
    make(tmp_path)
    before = {each.name: each.read_text() for each in tmp_path.iterdir()}
    assert make(tmp_path) == []
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == before


def test_what_is_lost_is_made_to_fit_what_is_left(tmp_path: Path) -> None:
    make(tmp_path)
    keyring_url = (tmp_path / "scheduling_keyring_url").read_text()
    for lost in ("scheduling_keyring_url", "link_public_key"):
        (tmp_path / lost).unlink()
    assert set(make(tmp_path)) == {"scheduling_keyring_url", "link_public_key"}
    assert (tmp_path / "scheduling_keyring_url").read_text() == keyring_url
    private = json.loads((tmp_path / "link_key").read_text())
    assert json.loads((tmp_path / "link_public_key").read_text()) == public(private)


def test_only_their_owner_gets_to_them_on_the_host(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {each.stat().st_mode & 0o777 for each in folder.iterdir()} == {0o444}


def test_no_two_secrets_are_alike(tmp_path: Path) -> None:
    make(tmp_path)
    texts = [each.read_text() for each in tmp_path.iterdir()]
    assert len(set(texts)) == len(texts)
