"""A cluster of one's own that speaks TLS: with its keys, and with what cannot be used instead."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster, Security
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.sweep.cluster import Tls, running_cluster

from tests.helpers.support import Run, last_object

pytestmark = pytest.mark.filterwarnings("default")  # Dask's own warnings


@dataclass(frozen=True)
class Keys:
    """One certificate that is its own authority, as docs/sweep.md makes it with openssl."""

    security: Security
    files: Tls


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    temporary: Any = Security.temporary()
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.write_text(temporary.tls_ca_file, "utf-8")
    key.write_text(temporary.tls_client_key, "utf-8")
    names = {
        f"tls_{role}_{kind}": str(path)
        for role in ("scheduler", "worker", "client")
        for kind, path in (("cert", certificate), ("key", key))
    }
    security = Security(tls_ca_file=str(certificate), require_encryption=True, **names)
    return Keys(security, Tls(certificate, certificate, key))


@pytest.fixture
def address(keys: Keys) -> Generator[str]:
    """Return the address of a cluster in this process."""
    started: Any = LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        protocol="tls",
        security=keys.security,
        dashboard_address="127.0.0.1:0",
    )
    with started as cluster:
        yield cluster.scheduler_address


def test_a_sweep_on_it(address: str, keys: Keys, run: Run, tmp_path: Path, folder: Path) -> None:
    files = keys.files
    given = ("--tls-ca-file", files.ca, "--tls-cert", files.certificate, "--tls-key", files.key)
    where = ("--scheduler", address, *given, "--data", folder, "--out", tmp_path / "sweep")
    ended = run("sweep", *where, "--seed", "0:2", "--iterations", "3", "--json")
    assert (ended.code, last_object(ended.out)["runs"]) == (0, 2)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "127.0.0.1:1"])
def test_keys_are_for_an_address_of_tls(keys: Keys, address: str) -> None:
    with pytest.raises(UserError, match="the address begins with tls://"):
        running_cluster(address, keys.files).__enter__()


def test_an_address_of_tls_needs_keys() -> None:
    with pytest.raises(UserError, match="--tls-ca-file, --tls-cert and --tls-key"):
        running_cluster("tls://127.0.0.1:1").__enter__()


def test_a_file_that_is_missing_or_no_key_is_named_before_anything_is_asked(keys: Keys) -> None:
    missing = replace(keys.files, ca=keys.files.ca.with_name("authority.pem"))
    with pytest.raises(UserError, match=r"authority\.pem: there is no such file"):
        running_cluster("tls://127.0.0.1:1", missing).__enter__()
    swapped = Tls(keys.files.ca, keys.files.key, keys.files.certificate)
    with pytest.raises(UserError, match="in PEM form"):
        running_cluster("tls://127.0.0.1:1", swapped).__enter__()
