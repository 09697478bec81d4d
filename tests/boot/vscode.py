""".vscode: its files are JSON, its tasks' commands exist with these options, and what it has GDB do stops in a
server's main."""

import json
import re
import subprocess
import sys

from parley_machine import BOUND, ROOT, check, free_port, run

SERVER = "names"


def load(name):
    return json.loads((ROOT / ".vscode" / name).read_text())


def tasks():
    found = {task["label"]: task for task in load("tasks.json")["tasks"]}
    for task in found.values():
        words = [word for word in task["args"] if not word.startswith("${")]
        if task["command"].startswith("./parley"):
            result = subprocess.run([task["command"], *words, "--help"], cwd=ROOT, capture_output=True, text=True,
                                    check=False, timeout=BOUND)  # fmt: skip
        else:
            result = subprocess.run([task["command"], "--version"], capture_output=True, text=True, check=False)
        check(result.returncode == 0, f"{task['label']}: {task['command']} {words}: {result.stderr}")
    return found


def waits_until(task, process):
    """The task's own pattern tells VS Code that the machine is there."""
    pattern = task["problemMatcher"]["background"]["endsPattern"]
    for line in process.stdout:
        if re.search(pattern, line):
            return
    check(False, f"{task['label']}: nothing that it printed matches {pattern!r}")


def launch(configuration, known_tasks, build):
    """As the C++ extension does it: its commands before it connects, then the machine runs."""
    check(configuration["type"] == "cppdbg" and configuration["MIMode"] == "gdb", "which debugger is that?")
    task = known_tasks[configuration["preLaunchTask"]]
    port = str(free_port())
    values = {"${workspaceFolder}/build/debug": str(build), "${workspaceFolder}": str(ROOT), "${input:server}": SERVER}

    def filled(text):
        for placeholder, value in values.items():
            text = text.replace(placeholder, value)
        check("${" not in text, f"{text}: a placeholder that this test does not know")
        return text

    with subprocess.Popen(
        [sys.executable, "tools/debugger.py", "--wait", "--build", build, "--port", port],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as machine:  # fmt: skip
        try:
            waits_until(task, machine)
            address = configuration["miDebuggerServerAddress"]
            check(address == "127.0.0.1:1234", f"{address}: not where ./parley debug listens")
            commands = [filled(command["text"]) for command in configuration["setupCommands"]]
            commands += [f"target remote 127.0.0.1:{port}", "continue", "backtrace 1", "kill"]
            words = [word for command in commands for word in ("-ex", command)]
            result = subprocess.run(["gdb", "--quiet", "--batch", *words, filled(configuration["program"])],
                                    cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                                    timeout=2 * BOUND)  # fmt: skip
            said = result.stdout + result.stderr
            check(re.search(r"^#0  main \(\) at .*servers/names/names.c:", said, re.M),
                  f"it did not stop in the main of {SERVER}:\n{said}")  # fmt: skip
        finally:
            machine.terminate()


def test(build):
    known_tasks, configurations = tasks(), load("launch.json")["configurations"]
    launch(configurations[0], known_tasks, build)
    for configuration in configurations:
        check(configuration["preLaunchTask"] in known_tasks, f"no task {configuration['preLaunchTask']!r}")
        check(configuration["setupCommands"] == configurations[0]["setupCommands"], "the set-ups differ")


if __name__ == "__main__":
    run(test)
