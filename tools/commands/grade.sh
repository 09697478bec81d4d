# ./parley grade: builds what a lab's hand-in is graded with, and grades it.

grade_help() {
    cat <<'HELP'
Usage: ./parley grade [OPTION...] N
       ./parley grade --list

Grades lab N: builds the files of the student's folder into the lab's program, makes each
check, and prints a line a check: its points, what it asks, and where points are lost, what
was expected and seen. The last line is the sum. docs/labs has the labs' texts.

  --list             the labs, with their points and folders
  --work DIR         the student's folder (labs/N-NAME)
  --hidden DIR       make the checks in this folder as well; their points are added
  --time-out SECONDS of processor for each check, or for each boot (what the lab says); by the
                     clock it is five times as much
  --preset NAME      release (default), debug or check
  -y, --yes          install what is missing without asking; root is never asked
  -h, --help         this page

What is handed in runs with your rights: grade strangers' work in a container.

Exit status: 0 for all points; 1 for fewer, also when it does not compile; 2 when nothing
could be graded (no such lab, no such folder, a file missing there).
HELP
}

command_grade() {
    parse_options y "yes,list,work:,hidden:,time-out:,preset:" "$@"
    set -- "${options[@]}"
    local yes=no preset=release pass=() targets
    while :; do
        case $1 in
        -h | --help) grade_help && return ;;
        -y | --yes) yes=yes ;;
        --list) pass+=("$1") ;;
        --work | --hidden | --time-out) pass+=("$1=$2") && shift ;;
        --preset) one_of "$1" "$2" release debug check && preset=$2 && shift ;;
        --) break ;;
        esac
        shift
    done
    shift
    [ $# -le 1 ] || usage_error "unexpected '$2'"
    ensure_tools $yes run grade
    # What is to be built, after a look at the arguments; nothing for a list.
    targets=$("$python" tools/grade.py --targets "${pass[@]}" -- "$@") || exit
    [ -z "$targets" ] || build "$preset" $targets
    exec "$python" tools/grade.py --build "build/$preset" "${pass[@]}" -- "$@"
}
