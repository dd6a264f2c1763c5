"""Which file system a folder is on: SQLite's write-ahead log needs one that is local."""

from __future__ import annotations

from pathlib import Path

from qc_app.errors import StoreError

#: File systems over a network, on which locks and shared memory of SQLite are not to be trusted.
NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "lustre", "gfs2", "ocfs2", "beegfs", "davfs", "ncpfs"}
)
_FUSE = ("fuse.sshfs", "fuse.glusterfs", "fuse.cephfs", "fuse.rclone", "fuse.s3fs", "fuse.davfs")


def kind_of(folder: Path, mounts: str | None = None) -> str:
    r"""Return the kind of file system that holds `folder`, empty where it cannot be told.

    Parameters
    ----------
    folder : Path
        Absolute; need not exist.
    mounts : str, optional
        Text of ``/proc/self/mounts``; read from there by default.

    Examples
    --------
    >>> kind_of(Path("/data/plant"), "dev / ext4 rw 0 0\nsrv:/x /data nfs4 rw 0 0\n")
    'nfs4'
    """
    if mounts is None:
        listing = Path("/proc/self/mounts")
        mounts = listing.read_text(encoding="utf-8", errors="replace") if listing.exists() else ""
    found, depth = "", -1
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = Path(fields[1].replace("\\040", " "))
        if folder.is_relative_to(point) and len(point.parts) >= depth:
            found, depth = fields[2], len(point.parts)
    return found


def refuse_network(folder: Path, mounts: str | None = None) -> None:
    """Raise StoreError if `folder` is on a network file system.

    Examples
    --------
    >>> refuse_network(Path("/data/plant"), "dev / ext4 rw 0 0")
    """
    kind = kind_of(folder.resolve(), mounts)
    if kind in NETWORK or kind.startswith(_FUSE):
        raise StoreError(
            f"the folder {folder} is on a network file system ({kind}), where SQLite may lose data - choose a local"
            " folder, or PostgreSQL with QC_DATABASE_URL"
        )
