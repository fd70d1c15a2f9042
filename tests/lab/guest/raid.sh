# In a guest, to be sourced: makes md0, RAID0 over the disks vda, vdb and vdc, and knows how to load it.
if [ -x /lib/systemd/systemd-udevd ]; then # udev knows the disks' serial numbers
    /lib/systemd/systemd-udevd --daemon
    udevadm trigger --action=add --subsystem-match=block
    udevadm settle
fi
mdadm --create /dev/md0 --run --level=0 --chunk=64 --raid-devices=3 /dev/vda /dev/vdb /dev/vdc || exit 1
chmod 666 /dev/md0

# load [fio's options...]: a database of sorts, on the array.
load() {
    fio --name=db --filename=/dev/md0 --rw=randrw --rwmixread=80 --bs=4k --direct=1 --ioengine=libaio --iodepth=6 \
        --rate_iops=500 --time_based --runtime=10m --randseed=3 "$@" >/dev/null 2>&1
}
