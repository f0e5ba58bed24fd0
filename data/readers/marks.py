"""What files of each form begin with, apart from their readers, which are imported to read."""

from __future__ import annotations

PARQUET = b"PAR1"
MATLAB_5 = b"MATLAB 5.0 MAT-file"
MATLAB_7_3 = b"MATLAB 7.3 MAT-file"  # HDF5 after 512 bytes of its own
HDF5 = b"\x89HDF\r\n\x1a\n"
PICTURES = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"II*\0", b"MM\0*",
    *(b"P%d%b" % (kind, end) for kind in range(1, 7) for end in (b"\n", b"\r\n")),  # PBM, PGM, PPM
)  # fmt: skip


def is_tar(start: bytes) -> bool:
    """Return whether a file that starts like this is a tar archive."""
    return start[257:].startswith(b"ustar")
