/* What every probe shares: exact counts, the row budget, the filter. Prepended to each .bpf.c. */

#ifndef BPF_RB_NO_WAKEUP
#define BPF_RB_NO_WAKEUP 1
#endif
#define ALWAYS static __always_inline
#define offsetof(type, member) __builtin_offsetof(type, member)

/* skipped: entries that kept nothing, the budget being spent; unstarted: exits of which no entry was kept.
 * The two differ by what was really lost. */
struct counts { u64 seen, shown, over_budget, filtered, lost, errors, exits_lost, skipped, unstarted; };
BPF_TABLE("percpu_array", u32, struct counts, counts, 1);

/* ---- filter ---------------------------------------------------------------------------------------------
 * A flat list of checks; those of one term follow each other, the last of them says so. A term holds if one of
 * its checks does, a filter if all its terms do. What is looked for within a comm is looked for first, all at
 * once, and then checked as a bit. Flat, because the verifier walks every path of nested loops.
 */
#define CHECKS 24
#define SUBSTRINGS 6
enum { KEY_PID, KEY_PPID, KEY_USER, KEY_COMM, KEY_SUBSTRING };
enum { NEGATED = 1, LAST = 2 };

struct pattern { u64 bits[2], mask[2]; };
struct check { u32 key, flags; struct pattern is; };
struct filter {
    u32 checks, substrings, asks_parent, unused;
    struct check check[CHECKS];
    struct pattern substring[SUBSTRINGS];
};

/* Two filters: user space writes the one that is not in force, then switches `filter`. */
BPF_TABLE("array", u32, struct filter, filters, 2);

/* row_ns: what one row costs of a budget of 1 s, in ns; burst_ns: how much may be spent at once.
 * stopped: nothing counts any more. Programs are taken out one after the other, and an exit whose entry is no
 * longer seen would look like a loss. */
struct settings { u64 row_ns, burst_ns; u32 filter, stopped; };
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

ALWAYS u32 parent_tgid(void *parent)
{
    u32 tgid = 0;
#ifdef TASK_REAL_PARENT
    bpf_probe_read_kernel(&tgid, sizeof tgid, parent + TASK_TGID);
#endif
    return tgid;
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

/* Whether the current task passes the filter in force. */
ALWAYS int passes(struct settings *s)
{
    u32 slot = s->filter & 1;
    struct filter *f = filters.lookup(&slot);
    if (!f || !f->checks) return 1;
    u64 comm[2] = {}, held = 0, found = 0;
    bpf_get_current_comm(&comm, sizeof comm);
    u64 pid = bpf_get_current_pid_tgid() >> 32, user = (u32)bpf_get_current_uid_gid(), ppid = 0;
    if (f->asks_parent) ppid = parent_tgid(task_parent());
    if (f->substrings) found = substrings_in(f, comm[0], comm[1]);
    #pragma clang loop unroll(disable)
    for (u32 i = 0; i < CHECKS; i++) {
        if (i >= f->checks) break;
        struct check *check = &f->check[i];
        u32 key = check->key, flags = check->flags;
        u64 low = found, high = 0;
        if (key == KEY_PID) low = pid;
        if (key == KEY_PPID) low = ppid;
        if (key == KEY_USER) low = user;
        if (key == KEY_COMM) { low = comm[0]; high = comm[1]; }
        held |= fits(&check->is, low, high);
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
