# ./parley doctor: a table of tools. Works with nothing installed.

doctor_help() {
    cat <<'HELP'
Usage: ./parley doctor

Lists every tool that the commands need: what for, the version needed, the version
found, and how to install it.

Exit status: 0 when nothing needed for `run` is missing, else 1.
HELP
}

command_doctor() {
    parse_options "" "" "$@"
    set -- "${options[@]}"
    case $1 in -h | --help) doctor_help && return ;; esac
    no_operands "$@"

    local format='%-7s %-18s %-8s %-12s %-9s %s\n' group tool check minimum package version state
    printf "$format" FOR TOOL NEEDED FOUND STATE PACKAGE
    rows run image efi uefi test trace site web debug window bench proof | while read -r group tool check minimum package; do
        version=$(found "$check")
        if good "$version" "$minimum"; then
            state=ok
        elif [ -n "$version" ]; then
            state="too old"
        else
            state=missing
        fi
        case $state in ok) ;; *) package="$package (apt-get install $package)" ;; esac
        printf "$format" "$group" "$tool" "$minimum" "${version:--}" "$state" "$package"
    done

    local lines
    lines=$(missing run image efi uefi test trace site web debug window bench)
    [ -z "$(missing proof)" ] ||
        printf '\nProofs (a gigabyte, nothing else needs them): apt-get install --no-install-recommends %s\n' \
            "$(missing proof | packages_of)"
    if [ -n "$lines" ]; then
        printf '\nEverything at once: apt-get install --no-install-recommends %s\n' \
            "$(packages_of <<<"$lines")"
    fi
    if [ -n "$(missing run image)" ]; then
        printf "Something that './parley run' needs is missing; it installs it itself.\n"
        return 1
    fi
}
