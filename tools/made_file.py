"""Files that the build makes."""

import os


def write_if_changed(path, content):
    """Text or bytes, so that what did not change is not compiled again."""
    data = content if isinstance(content, bytes) else content.encode()
    try:
        with open(path, "rb") as file:
            if file.read() == data:
                return
    except OSError:
        pass
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
