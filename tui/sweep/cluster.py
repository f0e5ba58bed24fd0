"""Dask clusters: one on this machine that needs no setting up, or one that is running already.

Whoever reaches a Dask scheduler or worker runs code as its user. The cluster of this machine
therefore listens on loopback alone, shows no dashboard, and speaks TLS with a key that exists only
in memory: another user of the machine cannot connect either.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...net.engine.thread_pool import available_cores
from ..errors import UserError

if TYPE_CHECKING:
    from distributed import Client, Security

CONNECT_TIMEOUT_S = 30
LOOPBACK = "127.0.0.1"
# A worker's process hears Ctrl-C as well, because it belongs to the same terminal. It is the sweep
# that decides what becomes of its workers.
DEAF_TO_INTERRUPTS = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
CONFIG = {
    "distributed.worker.preload": [DEAF_TO_INTERRUPTS],
    "distributed.worker.profile.enabled": False,  # takes time, and is not looked at
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.scheduler.http.routes": [],  # Dask opens these ports all the same; without
    "distributed.worker.http.routes": [],  # routes they answer nothing
}


@dataclass(frozen=True, slots=True)
class Tls:
    """Files of the keys that a cluster's members prove themselves with."""

    ca: Path
    certificate: Path
    key: Path


@contextmanager
def local_cluster(workers: int | None = None) -> Generator[Client]:
    """Start one worker process a core, and end them afterwards.

    Args:
        workers: Number of processes; None: one for each core that this process may use.

    Raises:
        UserError: Dask is not installed.
    """
    check_installed()
    from dask import config
    from distributed import Client, LocalCluster, Security

    count = workers or available_cores()
    _quiet()
    with (
        config.set(CONFIG),
        LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            host=LOOPBACK,
            dashboard_address=f"{LOOPBACK}:0",
            worker_dashboard_address=f"{LOOPBACK}:0",
            security=Security.temporary(),
            silence_logs=logging.CRITICAL,
        ) as cluster,  # pyright: ignore[reportUnknownVariableType]: its types are partial
        Client(cluster) as client,
    ):
        yield client


@contextmanager
def running_cluster(address: str, tls: Tls | None = None) -> Generator[Client]:
    """Connect to a running cluster, and leave it running afterwards.

    Args:
        address: Of the scheduler, such as tcp://10.0.0.5:8786; or a scheduler file.
        tls: Keys; None: those that Dask's configuration names, if any.

    Raises:
        UserError: Dask is not installed, the keys cannot be used, or no scheduler answers there.
    """
    check_installed()
    from distributed import Client

    _quiet()
    security = _security(address, tls)
    try:
        if Path(address).is_file():
            client = Client(scheduler_file=address, security=security, timeout=CONNECT_TIMEOUT_S)
        else:
            client = Client(address, security=security, timeout=CONNECT_TIMEOUT_S)
    except (OSError, ValueError, TypeError, RuntimeError, ImportError) as failure:
        raise UserError(f"{address}: no Dask scheduler answers there: {failure}") from failure
    with client:
        yield client


def _security(address: str, tls: Tls | None) -> Security:
    """Return what proves who we are. Raises UserError if the files or the address do not do."""
    from distributed import Security

    options: dict[str, object] = {}
    if tls is not None:
        for path in (tls.ca, tls.certificate, tls.key):
            if not path.is_file():
                raise UserError(f"{path}: there is no such file")
        options = {
            "tls_ca_file": str(tls.ca),
            "tls_client_cert": str(tls.certificate),
            "tls_client_key": str(tls.key),
            "require_encryption": True,
        }
    security = Security(**options)
    try:
        has_keys = security.get_connection_args("client").get("ssl_context") is not None
    except OSError as failure:
        raise UserError(
            "the TLS files are not an authority, a certificate and the key of that, "
            f"in PEM form: {failure}"
        ) from failure
    is_file = Path(address).is_file()
    if tls is not None and not is_file and not address.startswith("tls://"):
        raise UserError(f"{address}: with TLS keys, the address begins with tls://")
    if not has_keys and address.startswith("tls://"):
        raise UserError(f"{address}: TLS needs --tls-ca-file, --tls-cert and --tls-key")
    return security


def check_installed() -> None:
    """Raise UserError, with the command that mends it, unless Dask is installed."""
    try:
        import cryptography  # pyright: ignore[reportUnusedImport]: needed for the local cluster's keys
        import distributed  # pyright: ignore[reportUnusedImport]: only whether it is there

        _ = cryptography, distributed
    except ImportError as missing:
        raise UserError(
            f"sweeps need the package {missing.name}: pip install 'mnist-tui[sweep]'"
        ) from missing


def _quiet() -> None:
    """Silence Dask's own log: the sweep reports what matters of it itself."""
    for name in ("distributed", "distributed.client", "tornado", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
