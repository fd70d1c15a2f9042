#!/bin/sh
# fetch.sh FOLDER: puts there what the lab's guest boots from and works with. Downloaded by apt with settings of its own
# and unpacked: nothing is installed, and this machine's sources stay as they are.
#
#   kernel/    Debian's stable kernel: boot/vmlinuz-*, and its modules
#   tools/     busybox without libraries; mdadm, where this machine has none
#   qemu/      a newer QEMU, where this machine's emulation is known to crash guests (7 and older)
#
# MIRROR=... is where Debian's archive is, SUITE=... the release whose kernel it is.
set -eu
folder=$1
mirror=${MIRROR:-http://deb.debian.org/debian}
suite=${SUITE:-trixie}
keys=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$folder/complete" ] && exit 0

say() { printf '%s\n' "$*" >&2; }
die() { say "lab: $*"; exit 1; }
[ "$(uname -m)" = x86_64 ] || die "the guest is an x86-64 machine on this one's files, and this is $(uname -m)"
command -v apt-get >/dev/null || die "the guest's kernel comes by apt: use Debian or Ubuntu, or a container of them"
[ -e $keys ] || die "install debian-archive-keyring, to know Debian's archive by"
command -v qemu-system-x86_64 >/dev/null || die "install qemu-system-x86"

rm -rf "$folder/apt" "$folder/packages" "$folder/kernel"
mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial" "$folder/packages" "$folder/tools"
folder=$(cd "$folder" && pwd)
cd "$folder/packages"
version=$(qemu-system-x86_64 --version | sed -n 's/.*version \([0-9]*\).*/\1/p')
. /etc/os-release
{
    echo "deb [signed-by=$keys] $mirror $suite main"
    [ "$version" -ge 8 ] || echo "deb [signed-by=$keys] $mirror $VERSION_CODENAME-backports main"
} >"$folder/apt/sources.list"

apt() {
    tool=$1
    shift
    "$tool" -qq -o Dir::Etc::sourcelist="$folder/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::lists="$folder/apt/lists" -o Dir::Cache="$folder/apt/cache" -o APT::Sandbox::User=root "$@"
}

say "fetching the guest's kernel and tools from $mirror into $folder"
apt apt-get update
kernel=$(apt apt-cache depends "linux-image-amd64/$suite" | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p')
[ -n "$kernel" ] || die "there is no kernel in $suite at $mirror"
apt apt-get download "$kernel" "busybox-static/$suite"
dpkg-deb -x "$kernel"_*.deb "$folder/kernel"
dpkg-deb -x busybox-static_*.deb "$folder/tools"

if ! command -v mdadm >/dev/null && ! [ -e /sbin/mdadm ]; then
    apt-get -qq download mdadm # for this machine's own libraries
    dpkg-deb -x mdadm_*.deb "$folder/tools"
fi

if [ "$version" -lt 8 ]; then
    say "fetching a newer QEMU from $VERSION_CODENAME-backports: that of this machine, $version, crashes guests at random"
    for package in qemu-system-x86 qemu-system-common qemu-system-data; do
        apt apt-get download "$package/$VERSION_CODENAME-backports"
        dpkg-deb -x "$package"_*.deb "$folder/qemu"
    done
fi
rm -rf "$folder/apt" "$folder/packages"
touch "$folder/complete"
