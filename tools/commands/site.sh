# ./parley site: README and docs as a site.

site_help() {
    cat <<'HELP'
Usage: ./parley site [OPTION...] DIR

Fills DIR with README.md and docs/ as a site, in English and in Chinese, with search in
both. It needs no web server: open DIR/index.html. Nothing in it asks another server for
anything (docs/site.md).

DIR may be new, empty, or made by this command before. A link that leads nowhere and a page
that tools/site/navigation.toml does not name are errors.

  -y, --yes          install what is missing without asking; root is never asked
  -h, --help         this page

Exit status: 0 when DIR is there and whole, else 1; then it is as it was.
HELP
}

command_site() {
    parse_options y "yes" "$@"
    set -- "${options[@]}"
    local yes=no
    while :; do
        case $1 in
        -h | --help) site_help && return ;;
        -y | --yes) yes=yes ;;
        --) break ;;
        esac
        shift
    done
    one_operand "the folder DIR" "$@"
    ensure_tools $yes site
    exec "$python" tools/site/site_folder.py "$2"
}
