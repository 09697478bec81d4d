# ./parley replay: a recorded run once more.

replay_help() {
    cat <<'HELP'
Usage: ./parley replay [OPTION...] DIR

Runs what `./parley record DIR` recorded again, instruction for instruction, and compares what
the terminal says byte by byte: status 0 when it is the same. With --gdb, GDB is attached with
the commands of `./parley debug`, and can go back: reverse-stepi, reverse-continue, last-write.

  --gdb              attach GDB, the machine stopped at its first instruction
  --command COMMAND  a GDB command to run once attached (may be repeated)
  --wait             attach no GDB: wait for another debugger (VS Code)
  --batch            leave GDB after the commands
  --port PORT        where QEMU listens for GDB, on this computer only (1234)
  --timeout SECONDS  give up after so long (300); not with --gdb
  -y, --yes          install what is missing without asking; root is never asked
  -h, --help         this page
HELP
}

command_replay() {
    parse_options y "yes,gdb,wait,command:,batch,port:,timeout:" "$@"
    set -- "${options[@]}"
    local yes=no needed="run record" pass=()
    while :; do
        case $1 in
        -h | --help) replay_help && return ;;
        -y | --yes) yes=yes ;;
        --gdb) needed+=" debug" && pass+=("$1") ;;
        --batch | --wait) pass+=("$1") ;;
        --port) whole_number "$1" "$2" 1 65535 && pass+=("$1=$2") && shift ;;
        --timeout) whole_number "$1" "$2" 1 1000000 && pass+=("$1=$2") && shift ;;
        --command) pass+=("$1=$2") && shift ;;
        --) shift && break ;;
        esac
        shift
    done
    [ $# -gt 0 ] || usage_error "which? DIR is missing"
    [ $# -eq 1 ] || usage_error "unexpected '$2'"
    ensure_tools $yes "$needed"
    exec "$python" tools/replay.py "${pass[@]}" -- "$1"
}
