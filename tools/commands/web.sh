# ./parley web: a folder with a page that runs Parley in the browser.

web_help() {
    cat <<'HELP'
Usage: ./parley web [OPTION...] DIR

Builds Parley and fills DIR with a page that runs its CD image in the browser, in the
emulator v86: the screen, what passes between the processes beside it, and a few scenes
at the press of a button. DIR is for any web server, in any folder of it; nothing in it
asks another server for anything:

  ./parley web DIR && python3 -m http.server --directory DIR

DIR may be new, empty, or made by this command before. v86 comes from npm, the version
and hash that tools/web/package-lock.json has; the BIOS is Debian's SeaBIOS
(docs/web.md).

  --preset NAME      release (default), debug or check
  -y, --yes          install what is missing without asking; root is never asked
  -h, --help         this page

Exit status: 0 when DIR is there and whole, else 1; then it is as it was.
HELP
}

command_web() {
    parse_options y "yes,preset:" "$@"
    set -- "${options[@]}"
    local yes=no preset=release
    while :; do
        case $1 in
        -h | --help) web_help && return ;;
        -y | --yes) yes=yes ;;
        --preset) one_of "$1" "$2" release debug check && preset=$2 && shift ;;
        --) break ;;
        esac
        shift
    done
    one_operand "the folder DIR" "$@"
    ensure_tools $yes "run image site web" efi
    build "$preset" iso
    exec "$python" tools/web/build.py --build "build/$preset" "$2"
}
