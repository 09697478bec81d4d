"""What tools/gdb adds to GDB, each command and printer, in one boot."""

import gdb_session
from parley_machine import check, run


def script():
    s = gdb_session.Script()
    s.do("ps", "no process yet")
    s.do("trace", "no trace ring")
    s.do("proc tty", "no process 'tty'; there are: none yet")
    s.do("last-write ipc_table", "only a replay can go back")
    s.do("stop-in nobody", "no program 'nobody'")
    s.do("stop-in names")
    s.do("continue", r"^main \(|, main \(")
    # The supervisor has the better priority: it was first, and waits for who stands at its main.
    s.do("ps", r"^\* +5 +1029 names +3 .* running$", r"^  +0 +1024 supervisor +1 .* requests names \(timed\): ping\(words=.*\)$",
         r"^  +2 +1026 hello +6 .* ready$")  # fmt: skip
    s.do("queues", r"^names +<- supervisor: ping\(")
    s.do("waits", r"^supervisor \(timed\) --ping\(words=.*\)--> names -> running$", r"^hello -> ready$", never=("RING",))
    s.do("trace 400", r"names is born, endpoint 1029$", r"the clock says \d+\.\d+ s$",
         r"supervisor -> names: ipc_request\|TIMEOUT ping\(", r"supervisor waits for names$",
         r"^ +\d+ +\+\d+  names runs$")  # fmt: skip
    s.do("trace 2", r"supervisor waits for names", r"names runs", never=("ping", "is born"))
    s.do("print kernel_trace_ring.first[1]", r"= \{.*is born, endpoint \d+.*\}")
    s.do("proc supervisor", r"^supervisor, endpoint 1024: requests names \(timed\): ping\(words=.*\)$")
    s.do("bt", r" ask \(type=1, process=1029 \(names\), .*at .*servers/supervisor/heartbeat.c",
         r" main \(.*servers/supervisor/main.c", r" libc_start ", never=("names.c",))  # fmt: skip
    s.do("up", r"^#1  ipc_call ")
    s.do("info locals", r"^r = \{eax = 1029,")
    s.do("ps", r"^\* +5 +1029 names ")  # from within the view, which stays
    s.do("print $_inferior", r"= [2-9]")
    s.do("proc", r"main \(.*servers/names/names.c")
    s.do("info inferiors", r"^\* 1 ", never=(r"^[* ] [2-9] ",))
    s.do("print/x $cs & 3", "= 0x3")
    s.do("print (endpoint_t)1025", r"= 1025 \(supervisor-2\)")
    s.do("print (endpoint_t)1002", r"= 1002 \(ANY\)")
    s.do("print (endpoint_t)(5 << 10 | 1)", r"= 5121 \(dead 5121\)")
    # Of those that publish only one is to stop it; the gate is the machine's own.
    s.do("break-on-message", "no message is waited for")
    s.do("break-on-message hello names names.publish", "^Message 1: hello names names.publish$")
    s.do("continue", r'^Message 1, hello -> names: publish\(name="hello"', never=("clock -> names",))
    s.do("msg $ebx", r'^from .*: publish\(name="hello"', r"^  words 6c6c6568 ")
    s.do("print *(message *)$ebx", r'= \{from .*: publish\(name="hello"')
    s.do("proc hello")
    s.do("bt", r"names_publish \(|server_run \(", r" main \(.*servers/hello/hello-server.c")
    s.do("info registers eip", r"0x15[0-9a-f]{6} ")
    s.do("break-on-message delete")
    # An answer with an error; SYSTEM's; an interrupt's event.
    s.do("break-on-message SYSTEM supervisor *", "^Message 2: ")
    s.do("continue", "^Message 2, SYSTEM -> supervisor: ")
    s.do("break-on-message delete 2")
    s.do("break-on-message * * frobnicate", "no message and no error is called 'frobnicate'")
    s.do("break-on-message delete 7", "there is no message 7")
    return s


# Among the modules that QEMU has loaded: with 4 MB of window the kernel does not see it.
BEYOND = 0x420000
READ = f"""python import kernel_state; print(hex(int.from_bytes(kernel_state.read_physical({BEYOND}, 4), "little"))[2:].rjust(8, "0"),
    gdb.execute("monitor xp /1xw {BEYOND}", to_string=True).split("0x")[1])""".replace("\n", "")


def beyond():
    s = gdb_session.Script()
    s.do("stop-in names")
    s.do("continue", r"^main \(|, main \(")
    s.do(READ, r"^([0-9a-f]{8}) \1$", never=("^00000000",))
    s.do("ps", r"^\* +\d+ +\d+ names ")
    return s


def test(build):
    for steps, options in ((script(), ()), (beyond(), ("--append", "window=4"))):
        said = gdb_session.run(steps, "debugger", "--build", build, *options)
        check("Traceback" not in said and "Python Exception" not in said, said)


if __name__ == "__main__":
    run(test)
