# ./parley test: builds with warnings as errors and runs the tests with ctest.

test_help() {
    cat <<'HELP'
Usage: ./parley test [OPTION...] [NAME...]

Builds everything in build/check, warnings being errors, and runs the tests whose name
or label matches one of the NAMEs (regular expressions; `./parley test boot`); without
one, all. Prints a line a test and a closing count. A failure ends the run at once and
shows what the test said: for a guest that panicked or hung, its last 50 lines.

  --keep-going   run the other tests after a failure as well
  --list         only list the tests, with their labels
  --faults N     put N faults into running servers, and count what comes of them, instead of
                 the tests (docs/reliability.md)
  --matrix       boot the image on every machine of docs/machines.md instead of the tests, and
                 say of each whether it works; NAMEs are machines then
  --jobs N       so many machines at a time (2)
  --pictures DIR keep what each screen shows there
  --seed S       which faults (1)
  --first N      the number of the first one (0), to put one again or to go on
  --log FILE     a line a fault goes to this file
  --long         run the long campaigns (label `long`) as well; `proof`, `matrix` and `site`
                 are all long, and run when they are named
  -y, --yes      install what is missing without asking; root is never asked
  -h, --help     this page

Where each NAME is that of a server of one's own (servers/NAME, ./parley new-server), only
what they need is built, in build/release, and their tests run.

Exit status: 0 when tests ran and all passed, else 1.
HELP
}

own_servers() { # -- NAME...: whether each is a folder of parley_server's, and there is one
    local name
    shift
    [ $# -gt 0 ] || return 1
    for name in "$@"; do
        [[ $name =~ ^[a-z0-9_]+$ ]] && grep -qs "^parley_server($name\b" "servers/$name/CMakeLists.txt" || return 1
    done
}

command_test() {
    parse_options y "yes,keep-going,list,long,matrix,jobs:,pictures:,faults:,seed:,first:,log:" "$@"
    set -- "${options[@]}"
    local yes=no pass=() proof= name
    while :; do
        case $1 in
        -h | --help) test_help && return ;;
        -y | --yes) yes=yes ;;
        --keep-going | --list | --matrix) pass+=("$1") ;;
        --long)
            pass+=("$1")
            proof=proof
            ;;
        --faults | --seed | --first) whole_number "$1" "$2" 1 9999999 && pass+=("$1" "$2") && shift ;;
        --jobs) whole_number "$1" "$2" 1 64 && pass+=("$1" "$2") && shift ;;
        --log | --pictures) pass+=("$1" "$2") && shift ;;
        --) break ;;
        esac
        shift
    done
    for name in "$@"; do
        case $name in proof*) proof=proof ;; esac
    done
    if own_servers "$@"; then
        ensure_tools $yes run
        build release kernel servers
        shift
        set -- "${@/#/^}"
        exec "$python" tools/run_tests.py --build build/release "${pass[@]}" -- "${@/%/-(guest|page)$}"
    fi
    ensure_tools $yes "run image efi uefi test trace site web debug" $proof
    build check all iso
    exec "$python" tools/run_tests.py --build build/check "${pass[@]}" "$@"
}
