/* The latency of every block request: queue time from insert to issue, device time from issue to completion.
 * Requests are told apart by their address, so that flushes, which all sit at sector 0, do not collide.
 * Added up here, by disk and kind of request and by who submitted it; sent one by one only where they are slow.
 */
#define DISK 32
#define MOST_DISKS 1024
#define NO_DISK (MOST_DISKS - 2)
#define OTHER_DISKS (MOST_DISKS - 1)
#define OPS 8
#define SUB_BITS 3
#define SLOTS 224
#define UNIT_NS 125
#define PF_KTHREAD 0x00200000

#define OP_PASSTHROUGH 32
enum { READ, WRITE, FLUSH, DISCARD, OTHER };

#define PEEK(to, from) bpf_probe_read_kernel(&(to), sizeof(to), (void *)(from))

/* Disks by the address of their queue, numbered as they are first seen. */
struct disk { u32 number, unused; char name[DISK]; };
BPF_TABLE("hash", u64, struct disk, disks, MOST_DISKS);
BPF_TABLE("array", u32, u32, next_disk, 1);
BPF_TABLE("hash", u32, u32, numbers, MOST_DISKS); /* those that are taken */
/* Where the last request of a disk ended. */
BPF_TABLE("array", u32, u64, ends, MOST_DISKS);

/* Requests by their address. The kernel takes them out of fixed pools, so the entries stay, and are filled in
 * place: to delete and insert them every time would cost more than all the rest. issued: in flight since then;
 * inserted alone: in the queue since then; neither: at rest. With what the kernel puts before it, an entry has
 * two cache lines: each that goes from the CPU of the submission to that of the completion is felt.
 */
struct request {
    u64 inserted, issued, task, cgroup, queue;
    u32 bytes, disk;
    u8 op, kind, filtered, requeued, kernel, unused[19];
};
BPF_TABLE("hash", u64, struct request, requests, 16384);

/* Who submits, by tgid and tid, as it was at most FRESH_NS ago: to ask every time would cost a quarter of it all. */
#define FRESH_NS 1000000
#define NAMED_NS 10000000
struct task { u64 time, id, cgroup; u32 uid, kernel; char comm[16], process[16]; }; /* process: the leader's comm */
enum { USER, KERNEL, DISPATCHER };
BPF_TABLE("percpu_array", u32, struct task, last_task, 1);
BPF_TABLE("lru_hash", u64, struct task, tasks, 8192);

/* Who asked last for what a disk has cached to be made durable: the kernel makes a request of its own for that, later
 * and in a thread of its own, for all who have asked until then. */
struct flusher { u64 task, cgroup; u32 kernel, filtered; };
BPF_TABLE("lru_hash", u64, struct flusher, flushers, MOST_DISKS); /* by the address of the disk's queue */

/* kind: flags | size class << 5 | sequential << 7; coarse: it is not told. Queue times are there for requests that
 * were inserted. */
struct key { u32 disk; u8 op, kind; u16 coarse; };
struct hist { u64 sum, max, queue_sum, queue_max, bytes, errors; u32 slots[SLOTS], queue_slots[SLOTS]; };
BPF_TABLE("hash", struct key, struct hist, hists, 1024);
BPF_TABLE("array", u32, struct hist, no_hist, 1);

/* By who submitted it, from then to completion. A second table for those who find no room in the first. */
struct worker { u32 tgid, disk_op; u64 cgroup; };
struct work { u64 sum, max, bytes, errors, cgroup, kernel, named; char process[16], comm[16]; u32 slots[SLOTS]; };
BPF_TABLE("hash", struct worker, struct work, work, 4096);
BPF_TABLE("hash", u32, struct work, others, 256);
BPF_TABLE("array", u32, struct work, no_work, 1);

/* From which time on, by disk and operation, a request is a row; 0: none is. */
BPF_TABLE("array", u32, u64, slow_ns, 8192);
BPF_TABLE("percpu_array", u32, u64, selected, 1);
/* 1: hists is nearly full, kinds are told apart no longer. */
BPF_TABLE("array", u32, u32, coarse, 1);

struct row {
    u64 time, queue, device, sector, cgroup;
    u32 bytes, tgid, tid, uid, disk;
    s32 error;
    u8 op, kind, kernel, unused[5];
    char comm[16];
};
BPF_RINGBUF_OUTPUT(rows, 64);

ALWAYS u32 operation(u32 flags, u32 bytes)
{
    switch (flags & 0xff) { /* linux/blk_types.h, enum req_op */
    case 0: return READ;
    case 1: return bytes ? WRITE : FLUSH;
    case 2: return FLUSH;
    case 3: case 5: return DISCARD;
    case OP_ZONE_APPEND: return WRITE;
    }
    return OTHER;
}

ALWAYS u32 kind_of(u32 flags, u32 bytes)
{
    u32 size = bytes <= 4096 ? 0 : bytes <= 32768 ? 1 : bytes <= 262144 ? 2 : 3;
    return (flags >> FLAG_SYNC & 1) | (flags >> FLAG_META & 1) << 1 | (flags >> FLAG_RAHEAD & 1) << 2 |
           (flags >> FLAG_FUA & 1) << 3 | (flags >> FLAG_PRIO & 1) << 4 | size << 5;
}

ALWAYS u32 slot_of(u64 ns)
{
    u64 units = ns / UNIT_NS, rest = units;
    u32 exponent = 0;
    if (units < 1 << SUB_BITS) return units;
    if (rest >> 32) { rest >>= 32; exponent += 32; }
    if (rest >> 16) { rest >>= 16; exponent += 16; }
    if (rest >> 8) { rest >>= 8; exponent += 8; }
    if (rest >> 4) { rest >>= 4; exponent += 4; }
    if (rest >> 2) { rest >>= 2; exponent += 2; }
    if (rest >> 1) exponent += 1;
    u32 shift = exponent - SUB_BITS;
    u64 slot = ((shift + 1) << SUB_BITS) + (units >> (shift & 63)) - (1 << SUB_BITS);
    return slot < SLOTS ? slot : SLOTS - 1;
}

ALWAYS struct request *entry_of(u64 rq)
{
    struct request *known = requests.lookup(&rq);
    if (known) return known;
    struct request fresh = {};
    requests.update(&rq, &fresh);
    return requests.lookup(&rq);
}

/* A number that no other disk has, also where two CPUs see a new disk at once. */
ALWAYS u32 new_number(void)
{
    u32 zero = 0, *next = next_disk.lookup(&zero);
    u32 from = next ? *next : 0;
    #pragma clang loop unroll(disable)
    for (u32 tries = 0; tries < 64; tries++) {
        u32 number = (from + tries) % NO_DISK;
        if (numbers.insert(&number, &zero)) continue;
        if (next) *next = number + 1;
        return number;
    }
    return OTHER_DISKS;
}

ALWAYS u32 disk_of(u64 queue, u64 rq, u32 flags)
{
    struct disk *known = disks.lookup(&queue);
    if (known) return known->number;
    void *disk = 0;
#ifdef RQ_DISK
    PEEK(disk, rq + RQ_DISK);
#else
    PEEK(disk, queue + QUEUE_DISK);
#endif
    /* A new disk is asked what it is before it has a name; and commands that are handed through may name another. */
    if (!disk || (flags & 0xff) >= OP_PASSTHROUGH) return NO_DISK;
    struct disk fresh = {.number = new_number()};
    bpf_probe_read_kernel_str(&fresh.name, DISK, disk + DISK_NAME);
    disks.insert(&queue, &fresh);
    known = disks.lookup(&queue);
    return known ? known->number : OTHER_DISKS;
}

/* The cgroup that owns the pages which a kernel thread writes, as cgroup writeback has noted it; 0: none has. */
ALWAYS u64 owner_of(u64 bio)
{
    u64 id = 0;
#ifdef BIO_BLKG
    void *at = 0, *root = 0;
    u32 hierarchy = 1;
    if (!bio) return 0;
    PEEK(at, bio + BIO_BLKG);
    if (!at) return 0;
    PEEK(at, at + BLKG_BLKCG);
    PEEK(at, at + BLKCG_CSS + CSS_CGROUP);
    PEEK(root, at + CGROUP_ROOT);
    PEEK(hierarchy, root + ROOT_HIERARCHY);
    if (hierarchy) return 0; /* cgroup v1: its ids are others */
    PEEK(at, at + CGROUP_KN);
    PEEK(id, at + KN_ID);
#endif
    return id;
}

/* A worker of kblockd, which hands out what others have asked for: `kworker/0:1H`. */
ALWAYS u32 dispatches(char *comm)
{
    u32 found = 0;
    if (*(u64 *)comm != 0x2f72656b726f776bULL /* kworker/ */ || comm[8] == 'u') return 0;
    #pragma unroll
    for (u32 i = 9; i < 15; i++) found |= comm[i] == 'H' && !comm[i + 1];
    return found;
}

ALWAYS void look_at(struct task *now)
{
    u32 flags = 0;
    void *task = (void *)bpf_get_current_task(), *leader = 0;
    now->cgroup = bpf_get_current_cgroup_id();
    now->uid = bpf_get_current_uid_gid();
    bpf_get_current_comm(&now->comm, sizeof now->comm);
    PEEK(leader, task + TASK_GROUP_LEADER);
    PEEK(now->process, leader + TASK_COMM);
    PEEK(flags, task + TASK_FLAGS);
    now->kernel = !(flags & PF_KTHREAD) ? USER : dispatches(now->comm) ? DISPATCHER : KERNEL;
}

ALWAYS struct task *current_task(u64 now)
{
    u32 zero = 0;
    u64 id = bpf_get_current_pid_tgid();
    struct task *last = last_task.lookup(&zero);
    if (last && (last->id != id || now - last->time > FRESH_NS)) {
        look_at(last);
        last->time = now;
        last->id = id;
        tasks.update(&id, last);
    }
    return last;
}

ALWAYS void submitted_now(struct request *r, struct settings *s, u64 rq, u64 now)
{
    u64 bio = 0;
    struct task *task = current_task(now);
    r->filtered = 0;
    if (!task) return;
    r->task = task->id;
    r->kernel = task->kernel != USER;
    if (task->kernel == DISPATCHER) r->task = 0; /* whoever asked was not seen */
    if (task->kernel) PEEK(bio, rq + RQ_BIO);
    r->cgroup = task->kernel ? owner_of(bio) : task->cgroup;
    r->filtered = !passes_in(s, &r->cgroup);
}

/* What is to be done with a disk: a flush alone is noted. */
int asked(struct bpf_raw_tracepoint_args *ctx)
{
    u64 bio = ctx->args[ARG_ASK], queue = 0;
    void *at = 0;
    u32 flags = 0;
    PEEK(flags, bio + BIO_OPF);
    if (!(flags >> FLAG_PREFLUSH & 1)) return 0;
    struct settings *s = get_settings();
    struct task *task = current_task(bpf_ktime_get_ns());
    if (!s || !task || task->kernel == DISPATCHER) return 0;
#ifdef BIO_DISK
    PEEK(at, bio + BIO_DISK);
#else
    PEEK(at, bio + BIO_BDEV);
    PEEK(at, at + BDEV_DISK);
#endif
    PEEK(queue, at + DISK_QUEUE);
    struct flusher asker = {.task = task->id, .kernel = task->kernel != USER};
    asker.cgroup = task->kernel ? owner_of(bio) : task->cgroup;
    asker.filtered = !passes_in(s, &asker.cgroup);
    flushers.update(&queue, &asker);
    return 0;
}

ALWAYS void flushed_for(struct request *r, u64 queue)
{
    struct flusher *asker = flushers.lookup(&queue);
    if (!asker) return;
    r->task = asker->task;
    r->cgroup = asker->cgroup;
    r->kernel = asker->kernel;
    r->filtered = asker->filtered;
}

/* A request that begins anew while it is still in flight here: the kernel did not tell of its end, which happens
 * to some in ten thousand on some kernels. They are seen, and lost. */
ALWAYS void end_was_missed(struct request *known)
{
    struct counts *c = get_counts();
    if (!c) return;
    c->seen++;
    if (known->filtered) c->filtered++;
    else c->lost++;
}

int inserted(struct bpf_raw_tracepoint_args *ctx)
{
    u64 rq = ctx->args[ARG_INSERT], now = bpf_ktime_get_ns();
    struct settings *s = get_settings();
    if (!s) return 0;
    struct request *r = entry_of(rq);
    if (!r || r->requeued) return 0;
    if (r->issued) end_was_missed(r);
    r->issued = 0;
    r->inserted = now;
    submitted_now(r, s, rq, now);
    return 0;
}

int issued(struct bpf_raw_tracepoint_args *ctx)
{
    u64 rq = ctx->args[ARG_ISSUE], now = bpf_ktime_get_ns();
    struct settings *s = get_settings();
    struct counts *c = get_counts();
    if (!s || !c) return 0;
    struct request *r = entry_of(rq);
    if (!r) { c->seen++; c->lost++; return 0; }
    if (r->issued) {
        if (r->requeued) { r->requeued = 0; return 0; } /* its clock has been running all the time */
        end_was_missed(r);
        r->inserted = 0;
    }
    if (!r->inserted) submitted_now(r, s, rq, now);
    struct { u64 words[RQ_HEAD / 8]; } head;
    PEEK(head, rq);
    u64 queue = *(u64 *)((char *)&head + RQ_QUEUE), sector = *(u64 *)((char *)&head + RQ_SECTOR);
    u32 flags = *(u32 *)((char *)&head + RQ_CMD_FLAGS), bytes = *(u32 *)((char *)&head + RQ_DATA_LEN);
    if (r->queue != queue) { /* pools may serve several disks */
        r->disk = disk_of(queue, rq, flags);
        r->queue = r->disk < NO_DISK ? queue : 0;
    }
    u32 kind = kind_of(flags, bytes), disk = r->disk;
    u64 *end = ends.lookup(&disk);
    if (bytes && end) {
        kind |= (*end == sector) << 7;
        *end = sector + (bytes >> 9);
    }
    r->op = operation(flags, bytes);
    if (r->op == FLUSH) flushed_for(r, queue);
    r->kind = kind;
    r->bytes = bytes;
    r->requeued = 0;
    r->issued = now;
    return 0;
}

/* Put back after its issue, or before that where the driver had no room: then it is as if it were inserted. */
int requeued(struct bpf_raw_tracepoint_args *ctx)
{
    u64 rq = ctx->args[ARG_REQUEUE], now = bpf_ktime_get_ns();
    struct settings *s = get_settings();
    if (!s) return 0;
    struct request *r = entry_of(rq);
    if (!r) return 0;
    if (r->issued) { r->requeued = 1; return 0; }
    if (r->inserted) return 0;
    r->inserted = now;
    submitted_now(r, s, rq, now);
    return 0;
}

int merged(struct bpf_raw_tracepoint_args *ctx)
{
    u64 rq = ctx->args[ARG_MERGE];
    struct request *known = requests.lookup(&rq);
    if (known) known->issued = known->inserted = known->requeued = 0;
    return 0;
}

ALWAYS struct hist *hist_of(struct request *r)
{
    u32 zero = 0, *crowded = coarse.lookup(&zero);
    struct key key = {.disk = r->disk, .op = r->op, .kind = r->kind};
    if (crowded && *crowded) { key.kind = 0; key.coarse = 1; }
    struct hist *hist = hists.lookup(&key);
    if (hist) return hist;
    struct hist *empty = no_hist.lookup(&zero);
    if (!empty) return 0;
    hists.insert(&key, empty);
    return hists.lookup(&key);
}

/* A process may get another name, and a number another process. */
ALWAYS void name(struct work *done, struct request *r, u64 now)
{
    struct task *task = tasks.lookup(&r->task);
    if (task) {
        __builtin_memcpy(done->process, task->process, sizeof task->process);
        __builtin_memcpy(done->comm, task->comm, sizeof task->comm);
    }
    done->kernel = r->kernel;
    done->cgroup = r->cgroup;
    done->named = now;
}

ALWAYS struct work *work_of(struct request *r, u64 now)
{
    struct worker key = {.tgid = r->task >> 32, .disk_op = r->disk * OPS + r->op, .cgroup = r->kernel ? r->cgroup : 0};
    struct work *done = work.lookup(&key);
    if (!done) {
        u32 zero = 0;
        struct work *empty = no_work.lookup(&zero);
        if (!empty) return 0;
        work.insert(&key, empty);
        done = work.lookup(&key);
        if (!done) {
            others.insert(&key.disk_op, empty);
            return others.lookup(&key.disk_op);
        }
    }
    if (now - done->named > NAMED_NS) name(done, r, now);
    return done;
}

/* A request that took long, or failed, as a row. */
ALWAYS void tell(struct request *r, struct settings *s, u64 rq, u64 now, u64 queue, u64 device, s32 error)
{
    u32 zero = 0;
    u64 *told = selected.lookup(&zero);
    if (told) *told += 1;
    if (!pay(s, now)) return;
    struct row row = {
        .time = now, .queue = queue, .device = device, .cgroup = r->cgroup, .bytes = r->bytes, .tgid = r->task >> 32,
        .tid = r->task, .disk = r->disk, .error = error, .op = r->op, .kind = r->kind, .kernel = r->kernel,
    };
    struct task *task = tasks.lookup(&r->task);
    if (task) {
        row.uid = task->uid;
        __builtin_memcpy(row.comm, task->comm, sizeof row.comm);
    }
    PEEK(row.sector, rq + RQ_SECTOR);
    rows.ringbuf_output(&row, sizeof row, BPF_RB_NO_WAKEUP);
}

/* One more in a slot: the number is looked at afresh, for older verifiers forget what they knew of it. */
ALWAYS void count(u32 *slots, u32 slot)
{
    u64 at = within(slot, 255);
    if (at < SLOTS) __sync_fetch_and_add(&slots[at], 1);
}

int completed(struct bpf_raw_tracepoint_args *ctx)
{
    u64 rq = ctx->args[ARG_COMPLETE], now = bpf_ktime_get_ns();
    s32 error = ctx->args[ARG_COMPLETE + 1];
    u32 done = ctx->args[ARG_COMPLETE + 2], left = 0;
    struct settings *s = get_settings();
    if (!s) return 0;
    struct counts *c = get_counts();
    if (!c) return 0;
    struct request *r = requests.lookup(&rq);
    if (!r) return 0;
    if (!r->issued) {
        if (r->inserted && done) end_was_missed(r); /* so was its issue: flushes alone end in the queue */
        r->inserted = r->requeued = 0;
        return 0;
    }
    if (!error && done < r->bytes) {
        PEEK(left, rq + RQ_DATA_LEN);
        if (done < left) return 0; /* a part of it: the rest is still to come */
    }
    u64 device = now - r->issued, queue = r->inserted ? r->issued - r->inserted : 0;
    u32 waited = r->inserted != 0, at = slot_of(device), limit = r->disk * OPS + r->op;
    if (waited) r->inserted = 0; /* what is not written stays in the other CPU's cache */
    r->issued = r->requeued = 0;
    c->seen++;
    if (r->filtered) { c->filtered++; return 0; }
    if (error) c->errors++;
    struct hist *hist = hist_of(r);
    if (!hist) { c->lost++; return 0; }
    count(hist->slots, at);
    __sync_fetch_and_add(&hist->sum, device);
    if (r->bytes) __sync_fetch_and_add(&hist->bytes, r->bytes);
    if (error) __sync_fetch_and_add(&hist->errors, 1);
    if (device > hist->max) hist->max = device;
    if (waited) {
        at = slot_of(queue);
        count(hist->queue_slots, at);
        __sync_fetch_and_add(&hist->queue_sum, queue);
        if (queue > hist->queue_max) hist->queue_max = queue;
        at = slot_of(device + queue);
    }
    c->shown++;
    struct work *done_by = work_of(r, now);
    if (done_by) {
        count(done_by->slots, at);
        __sync_fetch_and_add(&done_by->sum, device + queue);
        if (r->bytes) __sync_fetch_and_add(&done_by->bytes, r->bytes);
        if (error) __sync_fetch_and_add(&done_by->errors, 1);
        if (device + queue > done_by->max) done_by->max = device + queue;
    }
    u64 *slow = slow_ns.lookup(&limit);
    if (error || (slow && *slow && (device >= *slow || queue >= *slow))) tell(r, s, rq, now, queue, device, error);
    return 0;
}
