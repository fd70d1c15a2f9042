/* What every probe shares: exact counts, the row budget, the filter. Prepended to each .bpf.c. */

#ifndef BPF_RB_NO_WAKEUP
#define BPF_RB_NO_WAKEUP 1
#endif
#define ALWAYS static __always_inline
#define offsetof(type, member) __builtin_offsetof(type, member)

/* skipped: entries that kept nothing, the budget being spent; unstarted: exits of which no entry was kept.
 * The two differ by what was really lost. unwanted: those of the unstarted whose result was filtered. */
struct counts { u64 seen, shown, over_budget, filtered, lost, errors, exits_lost, skipped, unstarted, unwanted; };
BPF_TABLE("percpu_array", u32, struct counts, counts, 1);

/* ---- filter ---------------------------------------------------------------------------------------------
 * A flat list of checks; those of one term follow each other, the last of them says so. A term holds if one of
 * its checks does, a filter if all its terms do. What is looked for within a comm, the trees of processes and the
 * cgroup are looked for first, all at once, and then checked as bits. Flat, because the verifier walks every path of
 * nested loops. Ranges are the same for what is known only when a call ends.
 *
 * It lets a superset through: user space knows what is not tested here, and puts that to the rows.
 */
#define CHECKS 24
#define SUBSTRINGS 6
#define RANGES 8
enum { KEY_PID, KEY_PPID, KEY_USER, KEY_COMM, KEY_FOUND, KEY_TID };
enum { NEGATED = 1, LAST = 2 };
enum { ASKS_PARENT = 1, ASKS_TREE = 2, ASKS_CGROUP = 4 };

/* KEY_FOUND: bits[0] has the substrings, and from bit 32 on what is known of the cgroup; bits[1] has the trees. */
struct pattern { u64 bits[2], mask[2]; };
struct check { u32 key, flags; struct pattern is; };
struct range { s64 low, high; u32 latency, flags; }; /* of the latency in ns, or else of what the call returned */
struct filter {
    u32 checks, substrings, asks, ranges;
    u64 strange; /* the bits of a cgroup that is not known yet: those with which it passes */
    struct check check[CHECKS];
    struct pattern substring[SUBSTRINGS];
    struct range range[RANGES];
};

/* Two filters: user space writes the one that is not in force, then switches `filter`. */
BPF_TABLE("array", u32, struct filter, filters, 2);

/* Which of the processes that are followed are above a process, by its tgid, a bit each. */
BPF_TABLE("hash", u32, u32, tree, 4096);
/* While `tree` is being filled: every fork, child to parent. */
BPF_TABLE("lru_hash", u32, u32, forks, 4096);

/* By the number of a cgroup, for each of the two filters: a bit for each of its terms that asks for cgroups. */
struct verdict { u32 bits[2]; };
BPF_TABLE("hash", u64, struct verdict, verdicts, 8192);
/* Cgroups that came up and have no verdict. User space takes them out. */
BPF_TABLE("hash", u64, u32, strangers, 256);

/* row_ns: what one row costs of a budget of 1 s, in ns; burst_ns: how much may be spent at once.
 * stopped: nothing counts any more. Programs are taken out one after the other, and an exit whose entry is no
 * longer seen would look like a loss. timed: it matters how long calls take; following: the filter asks for trees;
 * recording: forks are noted; tallying: events are counted by who did them as well. */
struct settings { u64 row_ns, burst_ns; u32 filter, stopped, timed, following, recording, tallying; };
BPF_TABLE("array", u32, struct settings, settings, 1);

/* The budget is a token bucket in virtual time (GCRA): up to when the rows sent so far are paid for. */
BPF_TABLE("array", u32, u64, paid_until, 1);

ALWAYS struct settings *get_settings(void)
{
    u32 zero = 0;
    struct settings *s = settings.lookup(&zero);
    return s && !s->stopped ? s : 0;
}

ALWAYS struct counts *get_counts(void) { u32 zero = 0; return counts.lookup(&zero); }

ALWAYS void *task_parent(void)
{
    void *parent = 0;
#ifdef TASK_REAL_PARENT
    bpf_probe_read_kernel(&parent, sizeof parent, (void *)bpf_get_current_task() + TASK_REAL_PARENT);
#endif
    return parent;
}

ALWAYS u32 tgid_of(void *task)
{
    u32 tgid = 0;
#ifdef TASK_REAL_PARENT
    bpf_probe_read_kernel(&tgid, sizeof tgid, task + TASK_TGID);
#endif
    return tgid;
}

/* The processes above one, the nearest first: whoever reads of a tree later has no other way to know those that did
 * nothing themselves. 0 behind the first process. */
#define ABOVE 8
ALWAYS void tell_above(u32 above[ABOVE], void *task)
{
    #pragma unroll
    for (u32 i = 0; i < ABOVE; i++) {
#ifdef TASK_REAL_PARENT
        bpf_probe_read_kernel(&task, sizeof task, task + TASK_REAL_PARENT);
#endif
        above[i] = tgid_of(task);
    }
}

/* The next index of a loop. The compiler does not see what it is: it would count down instead, or move a pointer
 * along, from a number that the verifier does not know. */
ALWAYS u64 after(u64 index)
{
    index++;
    asm volatile("" : "+r"(index));
    return index;
}

/* 1 where the pattern fits, 0 where not; without a branch, or the verifier would follow both sides every time. */
ALWAYS u64 fits(struct pattern *p, u64 low, u64 high)
{
    u64 differs = ((low & p->mask[0]) ^ p->bits[0]) | ((high & p->mask[1]) ^ p->bits[1]), minus = -differs;
    asm volatile("" : "+r"(minus));
    return ((differs | minus) >> 63) ^ 1;
}

/* Bit i: substring i is somewhere in comm. */
ALWAYS u64 substrings_in(struct filter *f, u64 low, u64 high)
{
    u64 found = 0;
    #pragma clang loop unroll(disable)
    for (u32 shift = 0; shift < 16; shift++) {
        #pragma unroll
        for (u32 i = 0; i < SUBSTRINGS; i++) found |= fits(&f->substring[i], low, high) << i;
        low = low >> 8 | high << 56;
        high >>= 8;
    }
    return found;
}

/* The trees that a process is in. */
ALWAYS u32 trees_of(u32 tgid)
{
    u32 *trees = tree.lookup(&tgid);
    return trees ? *trees : 0;
}

/* What is known of a cgroup, for the filter in `slot`. */
ALWAYS u64 known_of(struct filter *f, u32 slot, u64 cgroup)
{
    u32 zero = 0;
    struct verdict *verdict = verdicts.lookup(&cgroup);
    if (verdict) return slot ? verdict->bits[1] : verdict->bits[0];
    strangers.update(&cgroup, &zero);
    return f->strange;
}

/* Whether the current task passes the filter in force; `cgroup` points to the one that counts, if not its own. */
ALWAYS int passes_in(struct settings *s, u64 *cgroup)
{
    u32 slot = s->filter & 1;
    struct filter *f = filters.lookup(&slot);
    if (!f || !f->checks) return 1;
    u64 comm[2] = {}, held = 0, found = 0, trees = 0;
    bpf_get_current_comm(&comm, sizeof comm);
    u64 id = bpf_get_current_pid_tgid(), pid = id >> 32, tid = (u32)id;
    u64 user = (u32)bpf_get_current_uid_gid(), ppid = 0;
    if (f->asks & ASKS_PARENT) ppid = tgid_of(task_parent());
    if (f->asks & ASKS_TREE) trees = trees_of(pid);
    if (f->substrings) found = substrings_in(f, comm[0], comm[1]);
    if (f->asks & ASKS_CGROUP) found |= known_of(f, slot, cgroup ? *cgroup : bpf_get_current_cgroup_id()) << 32;
    #pragma clang loop unroll(disable)
    for (u64 i = 0; i < CHECKS; i = after(i)) {
        if (i >= f->checks) break;
        struct check *check = &f->check[i];
        u32 key = check->key, flags = check->flags;
        u64 low = found, high = 0;
        if (key == KEY_PID) low = pid;
        if (key == KEY_PPID) low = ppid;
        if (key == KEY_USER) low = user;
        if (key == KEY_TID) low = tid;
        if (key == KEY_COMM) { low = comm[0]; high = comm[1]; }
        if (key == KEY_FOUND) high = trees;
        held |= fits(&check->is, low, high);
        if (flags & LAST) {
            if (held == (flags & NEGATED)) return 0;
            held = 0;
        }
    }
    return 1;
}

ALWAYS int passes(struct settings *s) { return passes_in(s, 0); }

/* Whether what came of a call passes too. */
ALWAYS int result_passes(struct settings *s, s64 ret, s64 latency)
{
    u32 slot = s->filter & 1;
    struct filter *f = filters.lookup(&slot);
    if (!f || !f->ranges) return 1;
    u64 held = 0;
    #pragma clang loop unroll(disable)
    for (u64 i = 0; i < RANGES; i = after(i)) {
        if (i >= f->ranges) break;
        struct range *range = &f->range[i];
        u32 flags = range->flags;
        s64 value = range->latency ? latency : ret;
        held |= value >= range->low && value <= range->high;
        if (flags & LAST) {
            if (held == (flags & NEGATED)) return 0;
            held = 0;
        }
    }
    return 1;
}

/* Whether a row may be sent now, without paying for it. */
ALWAYS int in_budget(struct settings *s, u64 now)
{
    u32 zero = 0;
    u64 *paid = paid_until.lookup(&zero);
    return paid && *paid <= now;
}

/* The same, and pays. Two CPUs that pay at once may get one row for the price of two: rows are for reading. */
ALWAYS int pay(struct settings *s, u64 now)
{
    u32 zero = 0;
    u64 *paid = paid_until.lookup(&zero);
    if (!paid || *paid > now) return 0;
    u64 from = *paid + s->burst_ns < now ? now - s->burst_ns : *paid;
    *paid = from + s->row_ns;
    return 1;
}

/* An index that every verifier believes to be at most `mask`; the compiler would leave out what it knows itself. */
ALWAYS u64 within(u64 index, u64 mask)
{
    asm volatile("" : "+r"(index));
    return index & mask;
}

/* What a string helper returned, as a size that the verifier believes: 0 for an error. */
ALWAYS u64 bounded(s64 size, u64 most)
{
    u64 bytes = size;
    asm volatile("" : "+r"(bytes));
    return bytes > most ? 0 : bytes;
}

#ifdef SIGNAL_LIVE
/* These two run only while a filter asks for trees. A child is in those of its parent before it runs at all. */
int tree_forked(struct bpf_raw_tracepoint_args *ctx)
{
    u32 parent = tgid_of((void *)ctx->args[0]), child = tgid_of((void *)ctx->args[1]), zero = 0;
    if (parent == child) return 0; /* a thread */
    struct settings *s = settings.lookup(&zero);
    if (s && s->recording) forks.update(&child, &parent); /* before the parent is looked up: see probes/trees.py */
    u32 trees = trees_of(parent);
    if (trees) tree.update(&child, &trees);
    return 0;
}

int tree_ended(struct bpf_raw_tracepoint_args *ctx)
{
    void *task = (void *)ctx->args[0], *signal = 0;
    u32 tgid = tgid_of(task);
    s32 threads = 0;
    if (!tree.lookup(&tgid)) return 0;
    bpf_probe_read_kernel(&signal, sizeof signal, task + TASK_SIGNAL);
    bpf_probe_read_kernel(&threads, sizeof threads, signal + SIGNAL_LIVE);
    if (threads <= 0) tree.delete(&tgid);
    return 0;
}
#endif
