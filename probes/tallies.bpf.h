/* Events counted by who did them, while somebody looks: however many there are, and whatever the budget of rows.
 * Prepended to each .bpf.c of a probe that makes rows. */

struct tallied { u32 tgid, ppid, uid, error; u64 cgroup; char comm[16]; };
/* timed: of how many it is known how long they took; sum and max are of those, in ns */
struct tally { u64 count, timed, sum, max; char parent_comm[16]; };
BPF_TABLE("hash", struct tallied, struct tally, tallies, 8192);
/* What found no room there: what went well, and what failed. */
BPF_TABLE("array", u32, struct tally, tallies_rest, 2);

ALWAYS struct tally *tally_of(s32 ret)
{
    void *parent = task_parent();
    struct tallied key = {.error = ret < 0 ? -ret : 0};
    key.tgid = bpf_get_current_pid_tgid() >> 32;
    key.ppid = tgid_of(parent);
    key.uid = bpf_get_current_uid_gid();
    key.cgroup = bpf_get_current_cgroup_id();
    bpf_get_current_comm(&key.comm, sizeof key.comm);
    struct tally *known = tallies.lookup(&key);
    if (known) return known;
    struct tally fresh = {};
    bpf_probe_read_kernel(&fresh.parent_comm, sizeof fresh.parent_comm, parent + TASK_COMM);
    tallies.insert(&key, &fresh);
    known = tallies.lookup(&key);
    if (known) return known;
    u32 failed = ret < 0;
    return tallies_rest.lookup(&failed);
}

/* One more event of the current task, which passed the filter. */
ALWAYS void count_tally(s32 ret, u32 timed, u64 latency)
{
    struct tally *tally = tally_of(ret);
    if (!tally) return;
    __sync_fetch_and_add(&tally->count, 1);
    if (!timed) return;
    __sync_fetch_and_add(&tally->timed, 1);
    __sync_fetch_and_add(&tally->sum, latency);
    if (latency > tally->max) tally->max = latency;
}
