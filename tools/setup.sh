# Which tools are here, which are missing, and how to get them; from tools/packages.txt.
# Runs on a bare Debian: bash, coreutils, grep and apt are all it asks for.

python=python3
[ -x /usr/bin/python3 ] && python=/usr/bin/python3 # where Debian's own modules are

# rows GROUP...: the table's lines of those groups.
rows() {
    local group tool check minimum package
    grep -v '^#' "$root/tools/packages.txt" | while read -r group tool check minimum package; do
        case " $* " in
        *" $group "*) echo "$group $tool $check $minimum $package" ;;
        esac
    done
}

# found CHECK: the version that is here, "yes" where none is known, nothing when it is missing.
found() {
    local what=${1#*:} text
    case $1 in
    command:*)
        [ "$what" = python3 ] && what=$python
        command -v "$what" >/dev/null || return 0
        text=$("$what" --version 2>&1 </dev/null) || text=
        ;;
    file:*)
        compgen -G "$what" >/dev/null || return 0
        text=
        ;;
    esac
    if [[ $text =~ [0-9]+(\.[0-9]+)+ ]]; then
        echo "${BASH_REMATCH[0]}"
    else
        echo yes
    fi
}

# good FOUND MINIMUM
good() {
    [ -n "$1" ] && { [ "$2" = - ] || [ "$1" = yes ] ||
        [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }
}

# missing GROUP...: "PACKAGE TOOL NEEDED FOUND" of what is missing or too old.
missing() {
    local group tool check minimum package version
    rows "$@" | while read -r group tool check minimum package; do
        version=$(found "$check")
        good "$version" "$minimum" || echo "$package $tool $minimum ${version:-none}"
    done
}

packages_of() { # lines of `missing` on stdin
    cut -d ' ' -f 1 | sort -u | tr '\n' ' ' | sed 's/ $//'
}

# apt_install PACKAGE...: fetches the lists only where they are too old to know the packages.
apt_install() {
    local package known=() unknown=() elevate=()
    [ "$(id -u)" = 0 ] || elevate=(sudo)
    elevate+=(env DEBIAN_FRONTEND=noninteractive)
    apt-cache show "$@" >/dev/null 2>&1 || "${elevate[@]}" apt-get update -q >&2 </dev/null || true
    for package in "$@"; do
        if apt-cache show "$package" >/dev/null 2>&1; then
            known+=("$package")
        else
            unknown+=("$package")
        fi
    done
    [ ${#unknown[@]} = 0 ] || say "this system's apt does not know: ${unknown[*]}"
    [ ${#known[@]} -gt 0 ] || return 0
    local install=("${elevate[@]}" apt-get install -q -y --no-install-recommends "${known[@]}")
    "${install[@]}" >&2 </dev/null && return
    say "trying again with fresh package lists"
    "${elevate[@]}" apt-get update -q >&2 </dev/null && "${install[@]}" >&2 </dev/null
}

# may_install YES PACKAGES: says what would be installed; whether it may be.
may_install() {
    say "missing: $2"
    if ! command -v apt-get >/dev/null; then
        say "this system has no apt-get; install what Debian calls: $2"
        return 1
    fi
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        say "as root: apt-get install --no-install-recommends $2"
        return 1
    fi
    say "installing: apt-get install --no-install-recommends $2"
    [ "$(id -u)" = 0 ] || [ "$1" = yes ] && return
    if [ ! -t 0 ]; then
        say "nobody to ask; --yes allows it"
        return 1
    fi
    local answer
    read -r -p "Go on? [Y/n] " answer || return 1
    case $answer in "" | [yY]*) return 0 ;; esac
    return 1
}

# ensure_tools YES NEEDED_GROUPS [WANTED_GROUPS]: installs what is missing of both, fails when
# something needed is still missing then.
ensure_tools() {
    local lines packages
    lines=$(missing $2 ${3:-})
    [ -n "$lines" ] || return 0
    packages=$(packages_of <<<"$lines")
    if may_install "$1" "$packages"; then
        apt_install $packages || say "apt-get could not install everything"
        hash -r
        [ -x /usr/bin/python3 ] && python=/usr/bin/python3
    fi
    lines=$(missing $2)
    if [ -n "$lines" ]; then
        while read -r package tool minimum version; do
            [ "$minimum" = - ] || tool+=" $minimum or newer"
            say "needed: $tool, found: $version (package $package)"
        done <<<"$lines"
        fail "tools are missing; './parley doctor' shows them all"
    fi
    missing ${3:-} | while read -r package tool minimum version; do
        say "going on without $tool (package $package)"
    done
}
