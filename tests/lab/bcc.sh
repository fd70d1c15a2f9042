#!/bin/sh
# bcc.sh FOLDER RELEASE RESULTS COMMAND: runs a shell command on this machine's kernel with the bcc of a release of
# Debian, in the folder of the project: its Python is $PYTHON, and the folder RESULTS is /result there. The release is
# unpacked below FOLDER, once; this machine itself, its packages and mounts stay as they are.
#
# Where that cannot be done, one line on standard output says why. MIRROR=... is where Debian's archive is.
set -eu
# What is mounted here is mounted for this script alone.
[ "$(readlink /proc/self/ns/mnt)" != "$(readlink /proc/1/ns/mnt)" ] || exec unshare --mount sh "$0" "$@"
folder=$1 release=$2 results=$3 command=$4
mirror=${MIRROR:-http://deb.debian.org/debian}
project=$(cd "$(dirname "$0")/../.." && pwd)
certificates=/etc/ssl/certs/ca-certificates.crt
export DEBIAN_FRONTEND=noninteractive PYTHONDONTWRITEBYTECODE=1 PYTHON=/venv/bin/python

die() { printf '%s\n' "$*"; exit 1; }
command -v debootstrap >/dev/null || die "install debootstrap"

# Debian 11 has no Python 3.11: its bcc is put into Debian 12.
case $release in bullseye) base=bookworm ;; *) base=$release ;; esac
mkdir -p "$folder"
root=$(cd "$folder" && pwd)/$release
exec 3>&1 >&2

if ! [ -e "$root/complete" ]; then
    echo "unpacking Debian's $base with the bcc of $release into $root"
    rm -rf --one-file-system "$root"
    packages=python3-venv,ca-certificates,bpftool,gcc,libc6-dev,util-linux
    [ "$base" = "$release" ] && packages=$packages,python3-bpfcc
    debootstrap --variant=minbase --include="$packages" "$base" "$root" "$mirror" >"$folder/$release.log" ||
        die "Debian's $base cannot be had from $mirror: see $folder/$release.log" >&3
    if [ "$base" != "$release" ]; then
        echo "deb $mirror $release main" >>"$root/etc/apt/sources.list"
        chroot "$root" apt-get -qq update
        chroot "$root" apt-get -qq -y --no-install-recommends install "python3-bpfcc/$release" "libbpfcc/$release" \
            >>"$folder/$release.log" || die "the bcc of $release does not go into $base: see $folder/$release.log" >&3
    fi
    chroot "$root" python3 -m venv --system-site-packages /venv
    touch "$root/complete"
fi

mount --make-rprivate /
mount --bind "$root" "$root" # a place of its own, as / is anywhere: ebtop mounts tracefs for itself there
for place in /dev /sys /proc; do mount --rbind $place "$root$place"; done
for place in /tmp /run; do mount -t tmpfs none "$root$place"; done
mkdir -p "$root/ebtop" "$root/result"
mount --bind "$results" "$root/result"
mount --bind "$project" "$root/ebtop"
mount -o remount,bind,ro "$root/ebtop"
cp -L /etc/resolv.conf /etc/hosts "$root/etc"
[ -e $certificates ] && cp -L $certificates "$root$certificates"
chroot "$root" $PYTHON -m pip -qq --disable-pip-version-check install --editable '/ebtop[dev]' ||
    die "what ebtop needs besides cannot be installed for the Python of $base: see above" >&3
exec 1>&3
exec chroot "$root" /bin/sh -c "cd /ebtop && $command"
