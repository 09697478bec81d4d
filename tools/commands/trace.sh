# ./parley trace: what passed between processes, as a page, a picture, or for other programs.

trace_help() {
    cat <<'HELP'
Usage: ./parley trace [OPTION...] [-- COMMAND...]

Builds, boots Parley in QEMU with the kernel's trace on, types the COMMANDs into the
shell, one a line (`-- ps "greet Ada"`), powers off, and writes what passed between the
processes meanwhile. Without a COMMAND the shell is yours, in this terminal; or it reads
standard input, as for `run`.

  --view             a page to look at it, live, in your browser: scroll, zoom, filter,
                     search; it stays until Ctrl-C
  --html FILE        the same page with the trace in it, to keep and to pass on
  --svg FILE         a sequence diagram (its first 400 rows)
  --json FILE        trace-event JSON, for ui.perfetto.dev and chrome://tracing
  --pcapng FILE      packets for Wireshark and tshark, with tools/trace/parley.lua
  --stream FILE      keep the bytes as the guest wrote them
  --from FILE        take such a file instead of booting
  --tracer           show what the tracer itself does as well
  --port PORT        where the page is served, on this computer only (any free one)
  --append WORDS     more words for the kernel's command line
  --preset NAME      release (default) or debug
  --timeout SECONDS  end a guest that still runs then (600)
  -y, --yes          install what is missing without asking; root is never asked
  -h, --help         this page

Exit status: the guest's, as for `run`; 1 when no trace came.
HELP
}

command_trace() {
    parse_options y "yes,view,tracer,html:,svg:,json:,pcapng:,stream:,from:,port:,append:,preset:,timeout:" "$@"
    set -- "${options[@]}"
    local yes=no preset=release from="" output=no pass=()
    while :; do
        case $1 in
        -h | --help) trace_help && return ;;
        -y | --yes) yes=yes ;;
        --view) output=yes && pass+=("$1") ;;
        --tracer) pass+=("$1") ;;
        --html | --svg | --json | --pcapng | --stream) output=yes && pass+=("$1=$2") && shift ;;
        --from) from=$2 && pass+=("$1=$2") && shift ;;
        --port) whole_number "$1" "$2" 1 65535 && pass+=("$1=$2") && shift ;;
        --timeout) whole_number "$1" "$2" 1 1000000 && pass+=("$1=$2") && shift ;;
        --append) pass+=("$1=$2") && shift ;;
        --preset) one_of "$1" "$2" release debug check && preset=$2 && shift ;;
        --) break ;;
        esac
        shift
    done
    shift
    [ $output = yes ] || usage_error "say what to make of it: --view, --html, --svg, --json, --pcapng or --stream"
    if [ -n "$from" ]; then
        [ $# = 0 ] || usage_error "--from boots nothing that could take commands"
        [ -r "$from" ] || usage_error "--from: $from cannot be read"
    else
        ensure_tools $yes "run"
        build "$preset" kernel servers
    fi
    exec "$python" tools/trace/main.py --build "build/$preset" "${pass[@]}" -- "$@"
}
