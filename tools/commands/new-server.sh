# ./parley new-server: writes a folder with a server of one's own, and builds it in.

new-server_help() {
    cat <<'HELP'
Usage: ./parley new-server [OPTION...] NAME

Writes servers/NAME with all that a server is: a protocol description, the server, a
command NAME for the prompt, a test, the server's line for the boot file, a page of docs.
Then builds it in: the next `./parley run` has it. `rm -r servers/NAME` takes it away.

NAME: 1 to 15 lower-case letters and digits, a letter first, words joined by one _; no
name that anything of the system has.

  --outside DIR  write DIR/NAME instead, to be built with the SDK (./parley sdk)
  --no-build     only write it
  -y, --yes      install what is missing without asking; root is never asked
  -h, --help     this page

Exit status: 0; 1 when the name is refused or the build failed; 2 for wrong options.
HELP
}

command_new-server() {
    parse_options y "yes,no-build,outside:" "$@"
    set -- "${options[@]}"
    local yes=no built=yes outside=() where name
    while :; do
        case $1 in
        -h | --help) new-server_help && return ;;
        -y | --yes) yes=yes ;;
        --no-build) built=no ;;
        --outside) [ -n "$2" ] || usage_error "--outside takes a folder"
            outside=(--outside "$2") && where=$2 && shift ;;
        --) break ;;
        esac
        shift
    done
    one_operand "a NAME" "$@"
    name=$2
    ensure_tools $yes run
    "$python" tools/new_server.py "${outside[@]}" -- "$name" || exit 1
    if [ ${#outside[@]} -gt 0 ]; then
        cat <<NEXT

Next:
  ./parley sdk SDK                    put the kit into a folder SDK
  cd '$where/$name'
  cmake -G Ninja -B build -DCMAKE_PREFIX_PATH=SDK
  cmake --build build --target run    boot it; at the prompt: $name 5
  ctest --test-dir build              run its tests
NEXT
        return
    fi
    [ $built = no ] || build release kernel servers
    cat <<NEXT

Next:
  ./parley run --quick    boot it; at the prompt: $name 5
  ./parley test $name    run its tests
  rm -r servers/$name    take it away again
What is in which file: servers/$name/README.md. How to go on: docs/tutorial.md.
NEXT
}
