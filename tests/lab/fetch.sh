#!/bin/sh
# fetch.sh FOLDER RELEASE: puts there what a guest boots from and works with. Downloaded by apt with settings of its own
# and unpacked: nothing is installed, and this machine's sources stay as they are.
#
#   kernels/RELEASE/  the kernel of that release of Debian, and its modules
#   tools/            busybox without libraries; mdadm, where this machine has none
#   qemu/             a newer QEMU, where this machine's emulation is known to crash guests (7 and older)
#
# Where that cannot be done, one line on standard output says why. MIRROR=... is where Debian's archive is, with that of
# its security updates beside it under the same name and -security.
set -eu
folder=$1
release=$2
mirror=${MIRROR:-http://deb.debian.org/debian}
tools_of=trixie
keys=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$folder/complete" ] && [ -e "$folder/kernels/$release/complete" ] && exit 0

say() { printf '%s\n' "$*" >&2; }
die() { printf '%s\n' "$*"; exit 1; }
[ "$(uname -m)" = x86_64 ] || die "the guest is an x86-64 machine on this one's files, and this is $(uname -m)"
command -v apt-get >/dev/null || die "the guest's kernel comes by apt: use Debian or Ubuntu, or a container of them"
[ -e $keys ] || die "install debian-archive-keyring, to know Debian's archive by"
command -v qemu-system-x86_64 >/dev/null || die "install qemu-system-x86"

mkdir -p "$folder/kernels" "$folder/tools"
folder=$(cd "$folder" && pwd)
exec 9>"$folder/lock" # several guests may be wanted at once
flock 9
work=$(mktemp -d "$folder/fetching.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/archives/partial"
cd "$work"
version=$(qemu-system-x86_64 --version | sed -n 's/.*version \([0-9]*\).*/\1/p')
. /etc/os-release

apt() {
    tool=$1
    shift
    "$tool" -qq -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::lists="$work/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$work" \
        -o APT::Sandbox::User=root "$@"
}

# Goes by the lists of a release from here on.
lists_of() {
    echo "deb [signed-by=$keys] $mirror $1 main" >"$work/sources.list"
    case $1 in
        sid | *-backports) ;;
        *) echo "deb [signed-by=$keys] $mirror-security $1-security main" >>"$work/sources.list" ;;
    esac
    apt apt-get -o APT::Update::Error-Mode=any update >&2 || die "the lists of Debian's $1 cannot be had from $mirror"
}

# unpack FOLDER PACKAGE: fetches it, and puts its files there.
unpack() {
    apt apt-get download "$2" >&2 || die "the package $2 cannot be had from $mirror"
    dpkg-deb -x "$2"_*.deb "$1"
}

depends() { apt apt-cache depends "$1" | sed -n 's/.*Depends: \(linux-[a-z]*-[0-9].*\)/\1/p'; }

if ! [ -e "$folder/kernels/$release/complete" ]; then
    say "fetching the kernel of Debian's $release from $mirror into $folder"
    rm -rf "$folder/kernels/$release"
    lists_of "$release"
    kernel=$(depends linux-image-amd64)
    [ -n "$kernel" ] || die "there is no kernel in $release at $mirror"
    for package in $kernel $(depends "$kernel"); do # newer ones have their modules apart
        unpack "$folder/kernels/$release" "$package"
    done
    touch "$folder/kernels/$release/complete"
fi
[ -e "$folder/complete" ] && exit 0

say "fetching the guest's tools from $mirror into $folder"
lists_of "$tools_of"
unpack "$folder/tools" busybox-static
if ! command -v mdadm >/dev/null && ! [ -e /sbin/mdadm ]; then
    apt-get -qq download mdadm # for this machine's own libraries
    dpkg-deb -x mdadm_*.deb "$folder/tools"
fi
if [ "$version" -lt 8 ]; then
    say "fetching a newer QEMU from $VERSION_CODENAME-backports: that of this machine, $version, crashes guests at random"
    lists_of "$VERSION_CODENAME-backports"
    for package in qemu-system-x86 qemu-system-common qemu-system-data; do
        unpack "$folder/qemu" "$package"
    done
fi
touch "$folder/complete"
