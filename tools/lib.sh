# What the commands of ./parley share. Sourced by it, with $root the tree and $command the command.
# What is said here goes to stderr: stdout belongs to the guest, to the tests and to tables.

say() {
    echo "parley: $*" >&2
}

fail() {
    echo "./parley $command: $*" >&2
    exit 1
}

usage_error() {
    echo "./parley $command: $*" >&2
    echo "Try './parley $command --help'." >&2
    exit 2
}

# parse_options SHORT LONG ARGUMENT...: getopt's answer in the array `options`, ready for `set --`.
# Every command has -h and --help.
parse_options() {
    local parsed
    parsed=$(getopt --name "./parley $command" --options "h$1" --longoptions "help,$2" -- "${@:3}") || {
        echo "Try './parley $command --help'." >&2
        exit 2
    }
    eval "options=($parsed)"
}

no_operands() { # what getopt left: -- OPERAND...
    [ $# -le 1 ] || usage_error "unexpected '$2'"
}

one_operand() { # WHAT, and what getopt left: -- OPERAND...
    [ -n "${3:-}" ] || usage_error "$1 is missing"
    [ $# -le 3 ] || usage_error "unexpected '$4'"
}

one_of() { # OPTION VALUE ALLOWED...
    local allowed
    for allowed in "${@:3}"; do
        [ "$2" = "$allowed" ] && return
    done
    usage_error "$1 takes one of: ${*:3}; not '$2'"
}

whole_number() { # OPTION VALUE LEAST MOST
    [[ $2 =~ ^[1-9][0-9]{0,6}$ ]] && [ "$2" -ge "$3" ] && [ "$2" -le "$4" ] ||
        usage_error "$1 takes a number from $3 to $4; not '$2'"
}

# build PRESET TARGET...: configures when needed and builds, with CMake's and ninja's own progress.
build() {
    local preset=$1 folder=$root/build/$1 fresh=()
    shift
    # A tree that was copied or moved carries the old place in its cache.
    if [ -e "$folder/CMakeCache.txt" ] &&
        ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$folder/CMakeCache.txt"; then
        fresh=(--fresh)
    fi
    if [ ${#fresh[@]} -gt 0 ] || [ ! -e "$folder/build.ninja" ]; then
        say "configuring build/$preset"
        cmake "${fresh[@]}" --log-level=WARNING --preset "$preset" >&2 </dev/null ||
            fail "CMake could not configure build/$preset"
    fi
    cmake --build --preset "$preset" --target "$@" >&2 </dev/null || fail "the build failed"
}
