"""Fetch the browser libraries that the pages use into `graphql_api/pages/static/vendor` (`make vendor`).

The manifest there names each package with its version, licence and files. The
files are committed, so that nobody needs npm or a network to run Paper Atlas;
this program is for who changes a version. It writes the digest of every file
into the manifest, and a test compares them.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "graphql_api" / "pages" / "static" / "vendor"


def main() -> None:
    """Fetch every package of the manifest with npm and copy its files."""
    manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    for package in manifest["packages"]:
        wanted = f"{package['name']}@{package['version']}"
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["npm", "pack", "--silent", wanted], cwd=folder, check=True, stdout=subprocess.DEVNULL)
            (archive,) = Path(folder).glob("*.tgz")
            with tarfile.open(archive) as packed:
                package["sha256"] = {to: _copy(packed, source, to) for source, to in package["files"].items()}
        sys.stderr.write(f"{wanted}: {len(package['files'])} files\n")
    for bundle in manifest["bundles"]:
        bundle["sha256"] = _bundle(bundle)
    (VENDOR / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _bundle(bundle: dict[str, Any]) -> dict[str, str]:
    """Make one file of several packages with esbuild."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = [f"{name}@{version}" for name, version in bundle["packages"].items()]
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", *wanted], cwd=folder, check=True)
        entry = Path(folder) / "entry.js"
        entry.write_bytes((ROOT / bundle["entry"]).read_bytes())
        target = VENDOR / bundle["to"]
        target.parent.mkdir(parents=True, exist_ok=True)
        options = ["--bundle", "--minify", "--format=esm", "--log-level=warning", f"--outfile={target}"]
        subprocess.run(["npx", "esbuild", entry.name, *options], cwd=folder, check=True)
        for source, to in bundle["licences"].items():
            (VENDOR / to).write_bytes((Path(folder) / "node_modules" / source).read_bytes())
    files = [bundle["to"], *bundle["licences"].values()]
    sys.stderr.write(f"{bundle['name']}: bundled\n")
    return {file: hashlib.sha256((VENDOR / file).read_bytes()).hexdigest() for file in files}


def _copy(packed: tarfile.TarFile, source: str, to: str) -> str:
    file = packed.extractfile(f"package/{source}")
    if file is None:
        raise SystemExit(f"{source} is not in the package")
    # A source map is not served, so nothing must point to it.
    lines = [line for line in file.read().splitlines(keepends=True) if b"sourceMappingURL=" not in line]
    data = b"".join(lines)
    target = VENDOR / to
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    main()
