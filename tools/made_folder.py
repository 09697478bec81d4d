"""A folder that a command of ./parley fills: never half, and never over what somebody else put there."""

import contextlib
import shutil
import tempfile


class Refused(Exception):
    """Why the folder is left as it is, in words for who asked."""


def check(folder, mark, command):
    if folder.exists() and not folder.is_dir():
        raise Refused(f"{folder} is no folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / mark).is_file():
        raise Refused(f"{folder} has something in it that {command} did not put there")


@contextlib.contextmanager
def filled(folder, command):
    """A new folder to fill, which takes the place of `folder` when that has gone well."""
    mark = "." + command.removeprefix("./").replace(" ", "-")
    check(folder, mark, command)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{mark}-", dir=folder.parent) as temporary:
        new = folder.__class__(temporary) / "new"
        new.mkdir()
        (new / mark).write_text(f"made by {command}\n")
        yield new
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)


def size(folder):
    """In megabytes, as text."""
    return f"{sum(path.stat().st_size for path in folder.rglob('*') if path.is_file()) / 1e6:.1f} MB"
