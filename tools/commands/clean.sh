# ./parley clean: removes what was built.

clean_help() {
    cat <<'HELP'
Usage: ./parley clean [PRESET...]

Removes the build folder of each PRESET (release, debug, check); without one, all of
build/. Nothing outside build/ is touched.
HELP
}

command_clean() {
    parse_options "" "" "$@"
    set -- "${options[@]}"
    case $1 in -h | --help) clean_help && return ;; esac
    shift
    local preset
    for preset in "$@"; do
        one_of PRESET "$preset" release debug check
    done
    if [ $# = 0 ]; then
        rm -rf -- "$root/build"
        return
    fi
    for preset in "$@"; do
        rm -rf -- "$root/build/$preset"
    done
}
