/* The latency of every block request: queue time from insert to issue, device time from issue to completion.
 * Requests are told apart by their address, so that flushes, which all sit at sector 0, do not collide.
 * Added up here: nothing is sent per request.
 */
#define DISK 32
#define SUB_BITS 3
#define SLOTS 224
#define UNIT_NS 125

enum { READ, WRITE, FLUSH, DISCARD, OTHER };
enum { QUEUE, DEVICE };

struct request { u64 inserted, issued; u32 bytes; u8 op, filtered, requeued, unused; char disk[DISK]; };
BPF_TABLE("hash", u64, struct request, requests, 16384);

struct key { char disk[DISK]; u32 op, stage; };
struct hist { u64 count, sum, max, bytes, errors, slots[SLOTS]; };
BPF_TABLE("hash", struct key, struct hist, hists, 1024);
BPF_TABLE("array", u32, struct hist, nothing, 1);

ALWAYS u32 operation(u32 flags, u32 bytes)
{
    switch (flags & 0xff) { /* linux/blk_types.h, enum req_op */
    case 0: return READ;
    case 1: return bytes ? WRITE : FLUSH;
    case 2: return FLUSH;
    case 3: case 5: return DISCARD;
    case 7: return WRITE; /* zone append, 13 before 6.?: the same */
    case 13: return WRITE;
    }
    return OTHER;
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

/* A request that begins anew while it is still in flight here: the kernel did not tell of its end, which happens
 * to some in ten thousand on some kernels. They are seen, and lost. */
ALWAYS void end_was_missed(struct request *known)
{
    struct counts *c = get_counts();
    if (!c || !get_settings()) return;
    c->seen++;
    if (known->filtered) c->filtered++;
    else c->lost++;
}

int inserted(struct bpf_raw_tracepoint_args *ctx)
{
    u64 rq = ctx->args[ARG_INSERT], now = bpf_ktime_get_ns();
    struct request *known = requests.lookup(&rq);
    if (known && known->requeued) return 0;
    if (known && known->issued) end_was_missed(known);
    struct settings *s = get_settings();
    struct request fresh = {.inserted = now};
    fresh.filtered = s && !passes(s);
    requests.update(&rq, &fresh);
    return 0;
}

int issued(struct bpf_raw_tracepoint_args *ctx)
{
    u64 rq = ctx->args[ARG_ISSUE], now = bpf_ktime_get_ns();
    struct settings *s = get_settings();
    struct counts *c = get_counts();
    struct request *known = requests.lookup(&rq);
    struct request fresh = {};
    void *disk = 0, *queue = 0;
    u32 flags = 0;
    if (!s || !c) return 0;
    if (known && known->issued) {
        if (known->requeued) { known->requeued = 0; return 0; } /* its clock has been running all the time */
        end_was_missed(known);
    }
    if (known && !known->issued) {
        fresh.inserted = known->inserted;
        fresh.filtered = known->filtered;
    } else {
        fresh.filtered = !passes(s);
    }
    fresh.issued = now;
    bpf_probe_read_kernel(&fresh.bytes, sizeof fresh.bytes, (void *)rq + RQ_DATA_LEN);
    bpf_probe_read_kernel(&flags, sizeof flags, (void *)rq + RQ_CMD_FLAGS);
    fresh.op = operation(flags, fresh.bytes);
#ifdef RQ_DISK
    bpf_probe_read_kernel(&disk, sizeof disk, (void *)rq + RQ_DISK);
#else
    bpf_probe_read_kernel(&queue, sizeof queue, (void *)rq + RQ_QUEUE);
    bpf_probe_read_kernel(&disk, sizeof disk, queue + QUEUE_DISK);
#endif
    if (disk) bpf_probe_read_kernel_str(&fresh.disk, DISK, disk + DISK_NAME);
    if (requests.update(&rq, &fresh)) { c->seen++; c->lost++; }
    return 0;
}

int requeued(struct bpf_raw_tracepoint_args *ctx)
{
    u64 rq = ctx->args[ARG_REQUEUE];
    struct request *known = requests.lookup(&rq);
    if (known) known->requeued = 1;
    return 0;
}

int merged(struct bpf_raw_tracepoint_args *ctx)
{
    u64 rq = ctx->args[ARG_MERGE];
    requests.delete(&rq);
    return 0;
}

ALWAYS int add(struct key *key, u64 ns, u32 bytes, int error)
{
    u32 zero = 0;
    struct hist *hist = hists.lookup(key);
    if (!hist) {
        struct hist *empty = nothing.lookup(&zero);
        if (!empty) return -1;
        hists.insert(key, empty);
        hist = hists.lookup(key);
        if (!hist) return -1;
    }
    u32 slot = slot_of(ns);
    if (slot >= SLOTS) return -1;
    __sync_fetch_and_add(&hist->slots[slot], 1);
    __sync_fetch_and_add(&hist->sum, ns);
    if (bytes) __sync_fetch_and_add(&hist->bytes, bytes);
    if (error) __sync_fetch_and_add(&hist->errors, 1);
    if (ns > hist->max) hist->max = ns;
    __sync_fetch_and_add(&hist->count, 1);
    return 0;
}

int completed(struct bpf_raw_tracepoint_args *ctx)
{
    u64 rq = ctx->args[ARG_COMPLETE], now = bpf_ktime_get_ns();
    u32 error = ctx->args[ARG_COMPLETE + 1], done = ctx->args[ARG_COMPLETE + 2], left = 0;
    struct request *known = requests.lookup(&rq);
    if (!known || !known->issued) return 0;
    bpf_probe_read_kernel(&left, sizeof left, (void *)rq + RQ_DATA_LEN);
    if (!error && done < left) return 0; /* a part of it: the rest is still to come */
    struct request was = *known;
    known->issued = known->inserted = 0; /* should the lock for deleting it not be had, it is no longer in flight */
    requests.delete(&rq);
    struct counts *c = get_counts();
    if (!c || !get_settings()) return 0;
    c->seen++;
    if (was.filtered) { c->filtered++; return 0; }
    if (error) c->errors++;
    struct key key = {.op = was.op, .stage = DEVICE};
    __builtin_memcpy(key.disk, was.disk, DISK);
    if (add(&key, now - was.issued, was.bytes, error)) { c->lost++; return 0; }
    c->shown++;
    if (was.inserted) { key.stage = QUEUE; add(&key, was.issued - was.inserted, 0, 0); }
    return 0;
}
