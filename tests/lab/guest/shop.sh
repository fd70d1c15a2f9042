# shop.sh PYTHON TIME: in a guest, records a small shop at work on a database server into /run/lab/file.
. tests/lab/guest/raid.sh >/dev/null 2>&1
python=$1
time=$2
project=$PWD
hostname db-1
useradd --create-home --home-dir /srv/shop shop
cd /srv/shop
mkdir bin conf data
for order in $(seq 40); do echo "order $order" >"data/order-$order.json"; done
echo 'port=8080' >conf/shop.conf

cat >bin/report <<'END'
#!/bin/sh
grep -c 'order 1' data/order-1*.json >data/report.txt
cat conf/local.conf conf/shop.conf
END
cat >bin/worker <<'END'
#!/bin/bash
n=0
while :; do
    n=$((n + 1))
    cat data/order-$((n % 40 + 1)).json
    [ $((n % 3)) = 0 ] && bin/report
    [ $((n % 5)) = 0 ] && cat conf/local.conf
    [ $((n % 7)) = 0 ] && bin/reindex --all
    [ $((n % 9)) = 0 ] && sh -c 'kill -TERM $$'
    sleep 1
done
END
cat >bin/backup <<'END'
#!/bin/sh
n=0
while :; do
    n=$((n + 1))
    dd if=/dev/md0 of=/dev/null bs=256k count=8 skip=$((n * 8 % 700)) iflag=direct
    sleep 3
done
END
cp "$(command -v fio)" bin/dbserver
chmod +x bin/*
chown -R shop .

# unit NAME COMMAND...: runs it as the user of the shop, in the cgroup that systemd would give to such a unit.
unit() {
    mkdir -p "/sys/fs/cgroup/system.slice/$1"
    LC_ALL=C sh -c 'echo $$ >"/sys/fs/cgroup/system.slice/$0/cgroup.procs"; exec runuser -u shop -- "$@"' "$@" >/dev/null 2>&1 &
}

ebtop() { (cd "$project" && exec "$python" -m tui.cli "$@"); }
ebtop dump --for 0s >/dev/null # compiles, so that the recording begins at once
ebtop record -o /run/shop.ebtop --for "$time" --slow 20ms user:shop &
recording=$!
until [ -s /run/shop.ebtop ]; do sleep 0.1; done
sleep 4
unit shop-worker.service bin/worker
unit shop-backup.service bin/backup
unit shop-db.service bin/dbserver --name=db --filename=/dev/md0 --rw=randrw --rwmixread=80 --bs=4k --direct=1 \
    --ioengine=libaio --iodepth=4 --rate_iops=300,75 --time_based --runtime=10m --randseed=3
wait $recording
code=$?
cat /run/shop.ebtop >/run/lab/file
exit $code
