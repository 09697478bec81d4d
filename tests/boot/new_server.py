"""./parley new-server in a copy of this tree: what it writes is built in, works at the prompt and passes its tests, a name
that something has is refused, and without the folder all is as before."""

import re
import shutil

from parley_machine import check, run
from tree_copy import Tree

LONGEST = "a23456789012345"
REFUSED = {  # name: what the refusal says
    "9lives": "is no name", "Counter": "is no name", "a-b": "is no name", "a/b": "is no name",
    "../up": "is no name", "a__b": "is no name", LONGEST + "6": "is no name", "static": "a word of C",
    "servers": "means something else", "tty": "is there already", "greet": "iso/modules.conf has a module",
    "ping": "is a command", "wc": "is a command", "events": "describes a protocol", "sys": "describes a protocol",
    "ipc": "ipc/include/abi/calls.h has names", "page": "has names that begin with PAGE_",
}  # fmt: skip


def listing(copy):
    return sorted((copy.folder / "servers").rglob("*"))


def refusals(copy):
    before = listing(copy)
    for name, words in REFUSED.items():
        said = copy.call("./parley", "new-server", "--no-build", "--", name, status=1)
        check(words in said, f"new-server {name!r} does not say {words!r}:\n{said}")
    for none in ([], [""]):
        check("a NAME is missing" in copy.call("./parley", "new-server", *none, status=2), "no name is no error")
    check("unexpected 'two'" in copy.call("./parley", "new-server", "one", "two", status=2), "two names are no error")
    check("Usage: ./parley new-server" in copy.call("./parley", "new-server", "--help"), "no help")
    check(listing(copy) == before, "a refused name left something behind")


def is_formatted(copy):
    """Written folders pass lint-format, whatever the length of the name."""
    for name in ("z", LONGEST):
        copy.call("./parley", "new-server", "--no-build", name)
        sources = [str(path) for path in (copy.folder / "servers" / name).glob("*.c")]
        copy.call("clang-format", "--dry-run", "-Werror", *sources)
    numbers = {re.search(r"^base = (\w+)", path.read_text(), re.M)[1] for path in copy.folder.glob("servers/*/*.toml")
               if path.parent.name in ("z", LONGEST)}
    check(numbers == {"0x8000", "0x8100"}, f"two servers got the numbers {numbers}")
    check("is there already" in copy.call("./parley", "new-server", "--no-build", "z", status=1), "z is written twice")
    shutil.rmtree(copy.folder / "servers" / LONGEST)


def works(copy):
    """z is there already: two at once."""
    said = copy.call("./parley", "new-server", "-y", "counter")
    check("Wrote servers/counter" in said and "./parley test counter" in said, f"new-server said:\n{said[-2000:]}")
    said = copy.call("ctest", "--test-dir", str(copy.build), "--output-on-failure", "-R", "^(counter|z)-")
    check("100% tests passed, 0 tests failed out of 4" in said, said)
    said = copy.call("./parley", "run", "--quick", text="z 1\ncounter 5\ncounter 6 | wc\ntrace counter -- counter 2\n")
    check("sum 1, additions 1" in said and "sum 5, additions 1" in said and "1 4 20" in said, f"the session:\n{said[-2000:]}")
    check(re.search(r"add\(value=2\)", said), f"the trace does not know the protocol:\n{said[-3000:]}")


def breaks(copy):
    """Its tests can fail: the judge by the server, the page by the client."""
    folder = copy.folder / "servers" / "counter"
    for name, old, new in (("server", "sum.additions++;", ""), ("client", "sum %d,", "total %d,")):
        path = folder / f"counter-{name}.c"
        text = path.read_text()
        check(old in text, f"{path} has no {old}")
        path.write_text(text.replace(old, new))
        copy.call("cmake", "--build", str(copy.build), "--target", "servers")
        said = copy.call("ctest", "--test-dir", str(copy.build), "-R", "^counter-", status=8)
        failed = re.findall(r"counter-\w+ \(Failed\)", said)
        check(failed == [f"counter-{'guest' if name == 'server' else 'page'} (Failed)"], f"of a broken {name}: {said}")
        path.write_text(text)


def goes_away(copy):
    shutil.rmtree(copy.folder / "servers" / "counter")
    said = copy.call("./parley", "run", "--quick", text="counter 5\nz 1\nnames\n")
    check("counter: no such command" in said and "sum 1, additions 1" in said, f"without the folder:\n{said[-2000:]}")
    check(not re.search(r"^counter", said.rpartition("no such command")[2], re.M), f"something is left:\n{said[-2000:]}")


def test(build):
    copy = Tree(build)
    for part in (refusals, is_formatted, works, breaks, goes_away):
        part(copy)


if __name__ == "__main__":
    run(test)
