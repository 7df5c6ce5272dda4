"""Writes a root file system as an OCI image layout with one layer.

    python write_layout.py ROOT.tar FOLDER

The layer is compressed lightly: it travels within one machine only.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import platform
import shutil
import sys
from pathlib import Path

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def main(archive: Path, folder: Path) -> None:
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    with archive.open("rb") as source:
        plain = hashlib.file_digest(source, "sha256").hexdigest()
        source.seek(0)
        with gzip.GzipFile(blobs / "layer", "wb", compresslevel=1, mtime=0) as target:
            shutil.copyfileobj(source, target, 1 << 20)
    with (blobs / "layer").open("rb") as packed:
        digest = hashlib.file_digest(packed, "sha256").hexdigest()
    layer = describe("application/vnd.oci.image.layer.v1.tar+gzip", digest, (blobs / "layer").stat().st_size)
    (blobs / "layer").rename(blobs / digest)
    config = {
        "architecture": ARCHITECTURES[platform.machine()],
        "os": "linux",
        "config": {"Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], "Cmd": ["python3"]},
        "history": [{"created_by": "debootstrap"}],
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{plain}"]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": write(blobs, "application/vnd.oci.image.config.v1+json", config),
        "layers": [layer],
    }
    entry = write(blobs, "application/vnd.oci.image.manifest.v1+json", manifest)
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')


def write(blobs: Path, media: str, document: object) -> dict[str, object]:
    text = json.dumps(document).encode()
    digest = hashlib.sha256(text).hexdigest()
    (blobs / digest).write_bytes(text)
    return describe(media, digest, len(text))


def describe(media: str, digest: str, size: int) -> dict[str, object]:
    return {"mediaType": media, "digest": f"sha256:{digest}", "size": size}


main(Path(sys.argv[1]), Path(sys.argv[2]))
