#!/bin/sh
# Installs the distribution's packages that ebtop needs where they are missing, by the distribution's package manager.
#   packages.sh run PYTHON    bcc and venv, without which there is nothing to start: fails in one line; and what draws
#                             PNGs, where nobody has to be asked for that
#   packages.sh test PYTHON   also what tests compare with and try, as far as it is to be had
#   packages.sh lab PYTHON    also what guests run in
set -eu
what=$1
python=$2

say() { printf '%s\n' "$*" >&2; }
die() { say "ebtop: $*"; exit 1; }

command -v "$python" >/dev/null || die "there is no $python: install python3 (3.11 or newer), or give PYTHON=..."
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    die "$python is Python $version, ebtop needs 3.11 or newer: use a newer release of this distribution"

if command -v apt-get >/dev/null; then manager=apt-get
elif command -v dnf >/dev/null; then manager=dnf
elif command -v zypper >/dev/null; then manager=zypper
elif command -v pacman >/dev/null; then manager=pacman
elif command -v apk >/dev/null; then manager=apk
else manager=none
fi

case $manager in
    apt-get) bcc=python3-bpfcc venv=python3-venv png=librsvg2-bin tests="gcc fio libbpf-tools bpftool strace bpftrace zsh fish tmux sudo" ;;
    dnf) bcc=python3-bcc venv=python3-pip png=librsvg2-tools tests="gcc fio libbpf-tools bpftool strace bpftrace zsh fish tmux sudo" ;;
    zypper) bcc=python3-bcc venv=python3-pip png=rsvg-convert tests="gcc fio bpftool strace bpftrace zsh fish tmux sudo" ;;
    pacman) bcc=python-bcc venv=python-pip png=librsvg tests="gcc fio libbpf-tools bpf strace bpftrace zsh fish tmux sudo" ;;
    apk) bcc=py3-bcc venv=py3-pip png=rsvg-convert tests="gcc musl-dev fio bpftool strace bpftrace zsh fish tmux sudo" ;;
    none) bcc=bcc venv=venv png="" tests="" ;;
esac

command_to_install() {
    case $manager in
        apt-get) echo "env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install" ;;
        dnf) echo "dnf -q -y install" ;;
        zypper) echo "zypper -q --non-interactive install" ;;
        pacman) echo "pacman -S --needed --noconfirm --quiet" ;;
        apk) echo "apk add -q" ;;
    esac
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# One package; quiet where all is well, and the package manager's last word where it is not.
install() {
    as_root $(command_to_install) "$1" >"$log" 2>&1 </dev/null
}

install_all() {
    for package in "$@"; do
        say "installing the package $package with $manager"
        install "$package" && continue
        if [ "$manager" = apt-get ] && as_root apt-get -qq update >"$log" 2>&1 && install "$package"; then continue; fi
        say "ebtop: the package $package could not be installed: $(grep -v '^$' "$log" | tail -n 1)"
        return 1
    done
}

need() {
    [ "$manager" = none ] && die "no package manager known here: install bcc for Python and venv, then try again"
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        die "missing here: $*; there is no sudo, so as root: $(command_to_install) $*"
    fi
    install_all "$@" || exit 1
}

# What ebtop can do without: no password is asked for, and a failure is told and no more.
want() {
    [ "$manager" = none ] && return
    if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
        say "for exports as PNG, as root: $(command_to_install) $1"
        return
    fi
    install_all "$1" || say "ebtop: it exports no PNGs without $1, all else works"
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT

missing=""
"$python" -c 'import bcc' 2>/dev/null || missing="$missing $bcc"
"$python" -c 'import venv, ensurepip' 2>/dev/null || missing="$missing $venv"
# shellcheck disable=SC2086
[ -z "$missing" ] || need $missing
"$python" -c 'import bcc' 2>/dev/null ||
    die "$python does not see bcc though $bcc is installed: give PYTHON=... of the distribution's own Python"
command -v rsvg-convert >/dev/null || want "$png"

[ "$what" = lab ] && [ "$manager" = apt-get ] && tests="$tests qemu-system-x86 debootstrap"
# Without root there are no live tests, and nothing to compare with.
if [ "$what" != run ] && [ "$(id -u)" = 0 ]; then
    for package in $tests; do
        case $package in
            libbpf-tools) command -v opensnoop >/dev/null || ls /usr/sbin/opensnoop >/dev/null 2>&1 ;;
            bpftool | bpf) command -v bpftool >/dev/null || ls /usr/sbin/bpftool >/dev/null 2>&1 ;;
            qemu-system-x86) command -v qemu-system-x86_64 >/dev/null ;;
            musl-dev) ls /usr/include/stdio.h >/dev/null 2>&1 ;;
            *) command -v "$package" >/dev/null ;;
        esac || install_all "$package" || say "ebtop: tests that need $package will say that it is missing"
    done
fi
