# ./parley bench: how many instructions the most frequent acts take, beside what they took.

bench_help() {
    cat <<'HELP'
Usage: ./parley bench [OPTION...]

Builds, boots the benchmark in QEMU with a counter that counts instructions exactly, and
prints each figure beside the committed one (docs/performance.txt) and its goal; then
boots once more without that counter for the time of a round trip. Draws what a crowd
costs as build/PRESET/bench-load.svg. docs/performance.md says what the rows mean.

  --machine          one line a figure: NAME VALUE UNIT
  --update           make these figures, the pictures and the annotated path the committed ones,
                     in both languages
  --no-wall          without the second boot
  --append WORDS     words for the kernel's command line (fastpath=off)
  --preset NAME      release (default) or check
  -y, --yes          install what is missing without asking; root is never asked
  -h, --help         this page

Exit status: 0; 1 when a count grew, when something answered wrongly or could not be
measured.
HELP
}

command_bench() {
    parse_options y "yes,machine,update,no-wall,append:,preset:" "$@"
    set -- "${options[@]}"
    local yes=no preset=release pass=()
    while :; do
        case $1 in
        -h | --help) bench_help && return ;;
        -y | --yes) yes=yes ;;
        --machine | --update | --no-wall) pass+=("$1") ;;
        --append) pass+=("$1=$2") && shift ;;
        --preset) one_of "$1" "$2" release check && preset=$2 && shift ;;
        --) break ;;
        esac
        shift
    done
    no_operands "$@"
    ensure_tools $yes "run" "bench"
    build "$preset" kernel servers
    exec "$python" tools/bench.py --build "build/$preset" "${pass[@]}"
}
