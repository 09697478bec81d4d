# ./parley debug: a stopped machine with GDB attached.

debug_help() {
    cat <<'HELP'
Usage: ./parley debug [OPTION...]

Builds, starts QEMU with the processor stopped at the first instruction and attaches GDB,
with the symbols of the kernel and of every server: each has an address of its own, so
`hbreak kernel_main` or `break names.c:main` just work. The serial console is in another
terminal: `tools/console`. QEMU ends with GDB.

  --command COMMAND  a GDB command to run once attached (may be repeated)
  --wait             attach no GDB: wait for another debugger (VS Code)
  --batch            leave GDB after the commands
  --append WORDS     words for the kernel's command line
  --memory MB, --machine NAME, --cpu NAME
                     as for `run`
  --window           show the screen in a window
  --port PORT        where QEMU listens for GDB, on this computer only (1234)
  --preset NAME      debug (default) or release
  -y, --yes          install what is missing without asking; root is never asked
  -h, --help         this page
HELP
}

command_debug() {
    parse_options y "yes,command:,batch,wait,append:,memory:,machine:,cpu:,window,port:,preset:" "$@"
    set -- "${options[@]}"
    local yes=no preset=debug needed="run debug" pass=()
    while :; do
        case $1 in
        -h | --help) debug_help && return ;;
        -y | --yes) yes=yes ;;
        --batch | --wait) pass+=("$1") ;;
        --window) needed+=" window" && pass+=("$1") ;;
        --memory) whole_number "$1" "$2" 1 65536 && pass+=("$1=$2") && shift ;;
        --port) whole_number "$1" "$2" 1 65535 && pass+=("$1=$2") && shift ;;
        --command | --append | --machine | --cpu) pass+=("$1=$2") && shift ;;
        --preset) one_of "$1" "$2" release debug check && preset=$2 && shift ;;
        --) break ;;
        esac
        shift
    done
    no_operands "$@"
    ensure_tools $yes "$needed"
    build "$preset" kernel servers
    exec "$python" tools/debugger.py --build "build/$preset" "${pass[@]}"
}
