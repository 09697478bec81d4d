# ./parley sdk: builds, and installs what a server outside of this tree needs.

sdk_help() {
    cat <<'HELP'
Usage: ./parley sdk [OPTION...] DIR

Builds Parley and installs its development kit into DIR: headers, libc, the CMake package
Parley, parley-cc, parley-run, and the system's modules. Nothing in DIR points back here.
DIR may be new, empty, or made by this command before.

  -y, --yes      install what is missing without asking; root is never asked
  -h, --help     this page

Then: ./parley new-server NAME --outside FOLDER, and docs/sdk.md.
HELP
}

command_sdk() {
    parse_options y "yes" "$@"
    set -- "${options[@]}"
    local yes=no
    while :; do
        case $1 in
        -h | --help) sdk_help && return ;;
        -y | --yes) yes=yes ;;
        --) break ;;
        esac
        shift
    done
    one_operand "the folder DIR" "$@"
    if [ -e "$2" ] && [ ! -e "$2/lib/cmake/Parley" ] && { [ ! -d "$2" ] || [ -n "$(ls -A -- "$2")" ]; }; then
        fail "$2 is there already and not an SDK: take a new or an empty folder"
    fi
    ensure_tools $yes run
    build release kernel servers
    cmake --install build/release --prefix "$(realpath -m -- "$2")" --component sdk >/dev/null ||
        fail "could not write to $2"
    say "the SDK is in $2: cmake -DCMAKE_PREFIX_PATH=$2, $2/bin/parley-cc, $2/bin/parley-run"
}
