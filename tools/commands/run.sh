# ./parley run: installs what is missing, builds, boots in QEMU.

run_help() {
    cat <<'HELP'
Usage: ./parley run [OPTION...]

Builds Parley and boots its CD image in QEMU, with the serial console in this terminal.
`poweroff` ends the guest; Ctrl-A X ends QEMU; Ctrl-C goes to the guest.

When standard input is not a terminal, commands are read from it and typed at the
shell's prompt, one after the other; at the end of the input `poweroff` is typed. The
exit status is the guest's: `echo ps | ./parley run --quick`.

  --quick            let QEMU load kernel and modules itself: no CD image, faster
  --disk, --usb      boot the image as a hard disk, as a USB stick
  --uefi ia32|x64    boot the image by UEFI instead of BIOS
  --window           show the screen in a window as well
  --memory MB        memory of the machine (64; with --uefi 256)
  --machine NAME     QEMU's machine: pc (default), q35, ...
  --cpu NAME         QEMU's processor: 486, max, ...
  --append WORDS     words for the kernel's command line (with --quick)
  --preset NAME      release (default) or debug
  --timeout SECONDS  without a terminal: end a guest that still runs then (600)
  --timing           say how long installing, building and (without a terminal)
                     booting took
  -y, --yes          install what is missing without asking; root is never asked
  -h, --help         this page

Exit status without a terminal: the guest's; 1 after a panic; 124 after the timeout;
125 when QEMU could not start the machine.
HELP
}

command_run() {
    parse_options y "yes,quick,disk,usb,uefi:,window,memory:,machine:,cpu:,append:,preset:,timeout:,timing" "$@"
    set -- "${options[@]}"
    local yes=no boot=cd preset=release timeout=600 timing=no uefi="" window=no append=""
    local pass=()
    while :; do
        case $1 in
        -h | --help) run_help && return ;;
        -y | --yes) yes=yes ;;
        --quick | --disk | --usb)
            [ $boot = cd ] || [ $boot = "${1#--}" ] || usage_error "$1: the machine boots from --$boot already"
            boot=${1#--}
            ;;
        --window) window=yes && pass+=("$1") ;;
        --timing) timing=yes && pass+=("$1") ;;
        --uefi) one_of "$1" "$2" ia32 x64 && uefi=$2 && pass+=("$1" "$2") && shift ;;
        --memory) whole_number "$1" "$2" 1 65536 && pass+=("$1" "$2") && shift ;;
        --timeout) whole_number "$1" "$2" 1 1000000 && timeout=$2 && shift ;;
        --machine | --cpu) pass+=("$1=$2") && shift ;;
        --append) append=$2 && shift ;;
        --preset) one_of "$1" "$2" release debug check && preset=$2 && shift ;;
        --) break ;;
        esac
        shift
    done
    no_operands "$@"
    if [ $boot = quick ]; then
        [ -z "$uefi" ] || usage_error "--quick needs no firmware: --uefi boots the image"
    else
        [ -z "$append" ] || usage_error "--append: only with --quick; the image's words stand in its menu"
    fi

    local needed="run" targets=(kernel servers)
    if [ $boot != quick ]; then
        needed+=" image"
        targets=(iso)
    fi
    [ -z "$uefi" ] || needed+=" efi uefi"
    [ $window = no ] || needed+=" window"
    local began=$EPOCHREALTIME
    ensure_tools $yes "$needed" "$([ $boot = quick ] || echo efi)"
    local installed=$EPOCHREALTIME
    build "$preset" "${targets[@]}"
    local built=$EPOCHREALTIME
    if [ $timing = yes ]; then
        say "tools: $(seconds "$began" "$installed") s; build: $(seconds "$installed" "$built") s"
    fi
    exec "$python" tools/session.py --build "build/$preset" --boot $boot --timeout "$timeout" \
        --append="$append" "${pass[@]}"
}

seconds() { # FROM TO, as EPOCHREALTIME gives them, in any locale
    local micro=$((${2//[^0-9]/} - ${1//[^0-9]/}))
    printf '%d.%02d' $((micro / 1000000)) $((micro / 10000 % 100))
}
