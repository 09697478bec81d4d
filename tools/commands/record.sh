# ./parley record: a run that can be repeated.

record_help() {
    cat <<'HELP'
Usage: ./parley record [OPTION...] DIR [--] [COMMAND...]

Builds, boots in QEMU, types each COMMAND at the shell's prompt and then `poweroff`, and records
in DIR everything that is needed to run the very same again: `./parley replay DIR`. DIR may be a
recording; it is then made anew. Quote a command with blanks: "ping hello".

  --append WORDS     words for the kernel's command line; trace=on keeps a trace
  --timeout SECONDS  end the guest after so long (300); recorded all the same
  --memory MB, --machine NAME, --cpu NAME
                     as for `run`
  --preset NAME      debug (default) or release
  -y, --yes          install what is missing without asking; root is never asked
  -h, --help         this page
HELP
}

command_record() {
    parse_options y "yes,append:,timeout:,memory:,machine:,cpu:,preset:" "$@"
    set -- "${options[@]}"
    local yes=no preset=debug pass=()
    while :; do
        case $1 in
        -h | --help) record_help && return ;;
        -y | --yes) yes=yes ;;
        --memory) whole_number "$1" "$2" 1 65536 && pass+=("$1=$2") && shift ;;
        --timeout) whole_number "$1" "$2" 1 1000000 && pass+=("$1=$2") && shift ;;
        --append | --machine | --cpu) pass+=("$1=$2") && shift ;;
        --preset) one_of "$1" "$2" release debug check && preset=$2 && shift ;;
        --) shift && break ;;
        esac
        shift
    done
    [ $# -gt 0 ] || usage_error "where to? DIR is missing"
    ensure_tools $yes "run record"
    build "$preset" kernel servers
    exec "$python" tools/record.py --build "build/$preset" "${pass[@]}" -- "$@"
}
