#!/usr/bin/env python3
"""Who may know whom: over every #include of the tree, and over what the core's objects ask for.

    layering.py [BUILD_FOLDER [CORE_ARCHIVE [NM]]]

The rules are the two tables below and are the same as in the architecture's text: the core sees
only the shared numbers and itself, and needs four functions from outside; the kernel never sees a
machine; programs never see the kernel; and who may not use the heap does not link it. The protocols' headers are those that the build has made.
Before it looks at the tree the check proves on small fixtures that it still finds what it is here
to find.
"""

import os
import posixpath
import re
import subprocess
import sys

import tree

# Folder -> layer; the longest that fits counts. A server's folder is a layer of its own.
FOLDERS = {
    "ipc/include/abi/": "abi",
    "ipc/include/ipc/": "core's contract",
    "ipc/": "core",
    "arch/include/arch/": "machine's contract",
    "arch/x86/include/machine/": "machine's types",
    "arch/host/include/machine/": "machine's types",
    "arch/x86/": "arch/x86",
    "arch/host/": "arch/host",
    "kernel/elf.": "loader",
    "kernel/": "kernel",
    "libc/include/": "libc's headers",
    "libc/include/parley/protocol.h": "decoder",
    "libc/server/protocol": "decoder",
    "libc/": "libc",
    "generated/proto/": "protocols",
    "servers/": "server",
}

# Layer -> layers that it may include beside itself; "standard" is every standard header.
# Protocol headers hold numbers only. libc's sources may see them, since its console, its name
# look-ups and its server loop speak them; its headers may not. The decoder of messages stands by
# itself, so that the kernel's report of a death can name what was said; and so does the check of a
# program's file, so that libc starts programs by the code that the kernel starts modules by.
MAY_INCLUDE = {
    "abi": set(),
    "core's contract": {"abi"},
    "core": {"abi", "core's contract"},
    "machine's contract": {"abi", "core's contract", "machine's types"},
    "machine's types": {"abi"},
    "arch/x86": {"abi", "machine's contract", "machine's types"},
    "arch/host": {"abi", "machine's contract", "machine's types", "standard"},
    "kernel": {"abi", "core's contract", "machine's contract", "decoder", "loader"},
    "loader": {"abi", "kernel"},
    "libc's headers": {"abi"},
    "libc": {"abi", "libc's headers", "protocols", "loader"},
    "decoder": {"abi"},
    "protocols": {"abi"},
    "server": {"abi", "libc's headers", "protocols", "decoder"},
}

# Where <NAME> is looked for, as on the compilers' command lines.
INCLUDE_ROOTS = ["ipc/include/", "arch/include/", "arch/x86/include/", "arch/host/include/",
                 "libc/include/", "generated/", ""]

# The compiler's own headers: no library stands behind them.
FREESTANDING = {"float.h", "iso646.h", "limits.h", "stdalign.h", "stdarg.h", "stdbool.h", "stddef.h",
                "stdint.h", "stdnoreturn.h"}

CORE_NEEDS = {"ipc_on_block", "ipc_on_ready", "ipc_on_deliver", "msg_copy", "msg_word"}

INCLUDE = re.compile(r'^\s*[#%]\s*include\s+([<"])([^>"]+)[>"]', re.IGNORECASE)
CONDITION = re.compile(r"^\s*#\s*(if|ifdef|ifndef|elif|else)\b")


def layer_of(path):
    """The path's layer, a server's with its name, or None where there are no rules."""
    folder = max((f for f in FOLDERS if path.startswith(f)), key=len, default=None)
    if folder is None or path.startswith("servers/") and path.endswith("-test.c"):
        return None  # a judge sees what tests see
    layer = FOLDERS[folder]
    return "server " + path.split("/")[1] if layer == "server" else layer


def find_included(path, quote, name, paths):
    """The path of the file that an #include means, or None when it is not in the tree."""
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    if quote == '"' and beside in paths:
        return beside
    own_root = path.split("/")[0] + "/"
    for root in INCLUDE_ROOTS + [own_root]:
        if root + name in paths:
            return root + name
    return None


def judge(path, quote, name, paths):
    """What is wrong with this #include, or None."""
    layer = layer_of(path)
    allowed = MAY_INCLUDE[layer.split(" ")[0] if layer.startswith("server ") else layer]
    found = find_included(path, quote, name, paths)
    if found is None:
        if name in FREESTANDING or "standard" in allowed:
            return None
        if quote == '"' and "/" not in name:
            return None  # made by the build, in the includer's own build folder
        return f"{layer} includes {name}, which is in no layer that it may see"
    other = layer_of(found)
    if "standard" in allowed and found.startswith("libc/include/") and "/" not in name:
        return None  # the workstation has a header of this name too, and compiles with that
    if other is None or other == layer or other in allowed:
        return None
    return f"{layer} includes {found}, which belongs to {other}"


def check_includes(files):
    """files: path -> text. Returns the findings and how many includes there were."""
    findings, count = [], 0
    for path, text in files.items():
        if layer_of(path) is None or not path.endswith((".c", ".h", ".asm", ".inc")):
            continue
        in_core = layer_of(path) == "core"
        for number, line in enumerate(text.splitlines(), 1):
            if in_core and CONDITION.match(line):
                findings.append(f"{path}:{number}: a condition for the preprocessor in the core")
            match = INCLUDE.match(line)
            if not match:
                continue
            count += 1
            wrong = judge(path, match.group(1), match.group(2), files)
            if wrong:
                findings.append(f"{path}:{number}: {wrong}")
    return findings, count


# The memory server, and what it needs to be started and to serve.
WITHOUT_HEAP = ("memory", "names", "store", "supervisor")


def undefined_symbols(listing):
    """What an archive asks for and does not hold, from nm's output."""
    asked, held = set(), set()
    for line in listing.splitlines():
        words = line.split()
        if len(words) == 2 and words[0] in "Uwv":
            asked.add(words[1])
        elif len(words) == 3:
            held.add(words[2])
    return asked - held


def check_core(archive, nm):
    run = subprocess.run([nm, archive], capture_output=True, text=True)
    if run.returncode != 0:
        return [f"{archive}: {run.stderr.strip()}"]
    needs = undefined_symbols(run.stdout)
    return ([f"{archive}: the core needs {name}, which it may not" for name in needs - CORE_NEEDS] +
            [f"{archive}: the core does not use {name}: is this the core?"
             for name in CORE_NEEDS - needs])


def check_heaps(build, nm):
    """malloc asks the memory server: whoever that depends on must do without."""
    findings = []
    for name in WITHOUT_HEAP:
        program = os.path.join(build, "servers", name)
        run = subprocess.run([nm, program], capture_output=True, text=True)
        held = {line.split()[-1] for line in run.stdout.splitlines()}
        if "server_run" not in held:
            findings.append(f"{program}: no server: {run.stderr.strip()}")
        if "malloc" in held:
            findings.append(f"{program}: uses malloc, and the memory server depends on it")
    return findings


def generated(build):
    """What tools/protocols.py has made, at the places where it counts: path -> text."""
    files = {}
    for path in tree.generated(build):
        name = os.path.relpath(path, build)
        with open(path, encoding="utf-8") as file:
            # The tables are a part of the decoder.
            files[name.replace("generated/protocol_", "libc/server/protocol_")] = file.read()
    return files


# Fixtures: (path, line, what the finding says or None).
TREE = ["ipc/core.h", "ipc/include/ipc/ipc.h", "ipc/include/abi/calls.h", "arch/include/arch/arch.h",
        "arch/x86/paging.h", "arch/x86/include/machine/context.h", "kernel/process.h",
        "libc/include/string.h", "libc/include/parley/ipc.h", "libc/internal.h",
        "generated/proto/tty.h", "servers/tty/keys.h", "servers/shell/words.h"]
FIXTURES = [
    ("ipc/wait.c", '#include "core.h"', None),
    ("ipc/wait.c", "#include <abi/calls.h>", None),
    ("ipc/wait.c", "#include <stdint.h>", None),
    ("ipc/wait.c", "#include <string.h>", "belongs to libc's headers"),
    ("ipc/wait.c", "#include <stdio.h>", "may see"),
    ("ipc/wait.c", "#include <arch/arch.h>", "belongs to machine's contract"),
    ("ipc/wait.c", '#  include "../kernel/process.h"', "belongs to kernel"),
    ("ipc/wait.c", "#ifdef CONFIG_FAST", "preprocessor"),
    ("ipc/include/abi/calls.h", "#include <ipc/ipc.h>", "belongs to core's contract"),
    ("ipc/include/ipc/ipc.h", '#include "../../core.h"', "belongs to core"),
    ("kernel/call.c", "#include <arch/arch.h>", None),
    ("kernel/call.c", '#include "process.h"', None),
    ("kernel/call.c", "#include <machine/context.h>", "belongs to machine's types"),
    ("kernel/call.c", '#include "../arch/x86/paging.h"', "belongs to arch/x86"),
    ("kernel/call.c", '#include "../ipc/core.h"', "belongs to core"),
    ("kernel/call.c", "#include <string.h>", "belongs to libc's headers"),
    ("kernel/call.c", "#include <proto/tty.h>", "belongs to protocols"),
    ("arch/x86/trap.c", "#include <arch/arch.h>", None),
    ("arch/x86/trap.c", "#include <ipc/ipc.h>", "belongs to core's contract"),
    ("arch/x86/trap.c", '#include "../../kernel/process.h"', "belongs to kernel"),
    ("arch/x86/trap.asm", '%include "offsets.inc"', None),
    ("arch/x86/trap.asm", '%include "../../ipc/core.h"', "belongs to core"),
    ("arch/host/memory.c", "#include <string.h>", None),
    ("arch/host/memory.c", '#include "../x86/paging.h"', "belongs to arch/x86"),
    ("libc/start/start.c", "#include <internal.h>", None),
    ("libc/start/start.c", "#include <ipc/ipc.h>", "belongs to core's contract"),
    ("libc/include/parley/ipc.h", "#include <proto/tty.h>", "belongs to protocols"),
    ("generated/proto/tty.h", "#include <parley/ipc.h>", "belongs to libc's headers"),
    ("servers/shell/main.c", '#include "words.h"', None),
    ("servers/shell/main.c", "#include <string.h>", None),
    ("servers/shell/main.c", '#include "../tty/keys.h"', "belongs to server tty"),
    ("servers/shell/main.c", "#include <internal.h>", "may see"),
    ("servers/shell/main.c", "#include <arch/arch.h>", "belongs to machine's contract"),
    ("tests/unit/core/main.c", "#include <machine/context.h>", None),
]


def prove_itself():
    for path, line, expected in FIXTURES:
        files = {name: "" for name in TREE}
        files[path] = line + "\n"
        findings, _ = check_includes(files)
        if (len(findings) != (expected is not None)) or (expected and expected not in findings[0]):
            sys.exit(f"layering.py does not work: {path}: {line}: expected {expected}, got {findings}")
    if undefined_symbols("a.o:\n U memset\n U b\nb.o:\n00000000 T b\n") != {"memset"}:
        sys.exit("layering.py does not work: undefined symbols")


def main():
    prove_itself()
    files = {path: tree.read(path) or "" for path in tree.tracked()}
    if len(sys.argv) > 1:
        files.update(generated(sys.argv[1]))
    findings, count = check_includes(files)
    checked = f"{count} includes"
    if len(sys.argv) > 2:
        nm = sys.argv[3] if len(sys.argv) > 3 else "nm"
        findings += check_core(sys.argv[2], nm) + check_heaps(sys.argv[1], nm)
        checked += f", the symbols of {os.path.basename(sys.argv[2])}"
    tree.finish("layering", findings, checked)


if __name__ == "__main__":
    main()
