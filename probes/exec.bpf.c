/* Every execve and execveat, failed ones too, and the end of the processes that were shown.
 *
 * A success is reported by sched_process_exec: it knows the thread that called (old_pid), runs for execs that
 * leave through another system call's exit, and the new program's arguments are in its own memory by then, in
 * one piece, whatever pages the caller's lay on. A failure is reported by the exit of the system call.
 */
struct enter { u64 common; u64 nr; u64 args[6]; };
struct leave { u64 common; u64 nr; s64 ret; };

struct start { u64 time; u64 path; u64 argv; };
BPF_TABLE("hash", u32, struct start, starts, 16384);

/* Processes of which a row was shown and whose end will be: tgid to nothing. */
BPF_TABLE("hash", u32, u32, alive, 32768);

#define PATH 4096
#define INTERPRETER 256
#define ARGS 8192
#define ONE_ARG 4096
#define MOST_ARGS 100

struct row {
    u64 time;
    u32 tgid, tid, ppid, uid;
    s32 ret;
    u32 trees;
    u64 cgroup;
    u32 argc;                                       /* how many there were; 0 where not known */
    u32 args_size, path_size, interpreter_size;     /* bytes in data, with NULs, in this order */
    u32 cut;                                        /* arguments did not all fit */
    u32 unread;                                     /* arguments could not be read */
    u32 above[ABOVE];                               /* the parent */
    char comm[16], parent_comm[16];
    char data[2 * ARGS + PATH + INTERPRETER];
};
BPF_TABLE("percpu_array", u32, struct row, scratch, 1);
BPF_RINGBUF_OUTPUT(rows, 512);

struct end { u64 time, age; u32 tgid; u32 status; };
BPF_RINGBUF_OUTPUT(ends, 256);

ALWAYS int begin(u64 path, u64 argv)
{
    struct start start = {.time = bpf_ktime_get_ns(), .path = path, .argv = argv};
    u32 tid = bpf_get_current_pid_tgid();
    starts.update(&tid, &start);
    return 0;
}

int enter_execve(struct enter *ctx) { return begin(ctx->args[0], ctx->args[1]); }
int enter_execveat(struct enter *ctx) { return begin(ctx->args[1], ctx->args[2]); }

/* Counts an exec; a row to fill where one is to be sent. */
ALWAYS struct row *admit(struct counts *c, s32 ret)
{
    struct settings *s = get_settings();
    u32 zero = 0;
    if (!s) return 0;
    c->seen++;
    if (!passes(s) || !result_passes(s, ret, 0)) { c->filtered++; return 0; }
    if (ret < 0) c->errors++;
    if (s->tallying) count_tally(ret, 0, 0);
    u64 now = bpf_ktime_get_ns(), id = bpf_get_current_pid_tgid();
    if (!pay(s, now)) { c->over_budget++; return 0; }
    struct row *row = scratch.lookup(&zero);
    if (!row) { c->lost++; return 0; }
    void *parent = task_parent();
    row->time = now;
    row->tgid = id >> 32;
    row->tid = id;
    row->uid = bpf_get_current_uid_gid();
    row->ret = ret;
    row->trees = s->following ? trees_of(row->tgid) : 0;
    row->cgroup = bpf_get_current_cgroup_id();
    row->argc = row->path_size = row->interpreter_size = row->args_size = row->cut = row->unread = 0;
    bpf_get_current_comm(&row->comm, sizeof row->comm);
    row->ppid = tgid_of(parent);
    tell_above(row->above, parent);
    bpf_probe_read_kernel(&row->parent_comm, sizeof row->parent_comm, parent + TASK_COMM);
    return row;
}

ALWAYS int send(struct counts *c, struct row *row, u64 used)
{
    used = within(used, 4 * ARGS - 1);
    if (used > sizeof row->data) used = sizeof row->data;
    if (rows.ringbuf_output(row, offsetof(struct row, data) + used, BPF_RB_NO_WAKEUP)) { c->lost++; return 0; }
    c->shown++;
    return 1;
}

int executed(struct bpf_raw_tracepoint_args *ctx)
{
    struct counts *c = get_counts();
    u32 caller = ctx->args[1];
    void *binary = (void *)ctx->args[2], *task = (void *)ctx->args[0], *memory = 0;
    void *path = 0, *interpreter = 0;
    u64 from = 0, to = 0;
    starts.delete(&caller);
    if (!c) return 0;
    struct row *row = admit(c, 0);
    if (!row) return 0;
    bpf_probe_read_kernel(&path, sizeof path, binary + BINPRM_FILENAME);
    bpf_probe_read_kernel(&interpreter, sizeof interpreter, binary + BINPRM_INTERP);
    bpf_probe_read_kernel(&row->argc, sizeof row->argc, binary + BINPRM_ARGC);
    bpf_probe_read_kernel(&memory, sizeof memory, task + TASK_MM);
    bpf_probe_read_kernel(&from, sizeof from, memory + MM_ARG_START);
    bpf_probe_read_kernel(&to, sizeof to, memory + MM_ARG_END);
    u64 used = to - from > ARGS ? ARGS : to - from;
    row->cut = to - from > ARGS;
    used = within(used, 2 * ARGS - 1);
    if (bpf_probe_read_user(&row->data, used, (void *)from)) { row->unread = 1; used = 0; }
    row->args_size = used;
    row->path_size = bounded(bpf_probe_read_kernel_str(&row->data[within(used, 2 * ARGS - 1)], PATH, path), PATH);
    used += row->path_size;
    if (interpreter != path) {
        void *to_interpreter = &row->data[within(used, 2 * ARGS - 1)];
        row->interpreter_size = bounded(bpf_probe_read_kernel_str(to_interpreter, INTERPRETER, interpreter), INTERPRETER);
        used += row->interpreter_size;
    }
    if (send(c, row, used)) { u32 tgid = row->tgid, one = 1; alive.update(&tgid, &one); }
    return 0;
}

int leave_any(struct leave *ctx)
{
    u32 tid = bpf_get_current_pid_tgid();
    struct start *found = starts.lookup(&tid);
    struct counts *c = get_counts();
    if (!c || ctx->ret >= 0) return 0;
    if (!found && get_settings()) { c->seen++; c->errors++; c->lost++; }
    if (!found) return 0;
    struct start start = *found;
    starts.delete(&tid);
    struct row *row = admit(c, ctx->ret);
    if (!row) return 0;
    row->time = start.time;
    u64 used = 0;
    #pragma clang loop unroll(disable)
    for (u32 i = 0; i < MOST_ARGS; i++) {
        u64 arg = 0;
        if (bpf_probe_read_user(&arg, sizeof arg, (void *)(start.argv + 8 * i))) { row->unread = 1; break; }
        if (!arg) break;
        if (used >= ARGS || i == MOST_ARGS - 1) { row->cut = 1; break; }
        u64 size = bounded(bpf_probe_read_user_str(&row->data[within(used, ARGS - 1)], ONE_ARG, (void *)arg), ONE_ARG);
        if (!size) { row->unread = 1; break; }
        if (size == ONE_ARG) { /* whole only if its NUL is where the copy ends */
            char last = 0;
            bpf_probe_read_user(&last, sizeof last, (void *)(arg + ONE_ARG - 1));
            row->cut |= last != 0;
        }
        used += size;
        row->argc = i + 1;
    }
    row->args_size = used;
    row->path_size = bounded(bpf_probe_read_user_str(&row->data[within(used, 2 * ARGS - 1)], PATH, (void *)start.path), PATH);
    send(c, row, used + row->path_size);
    return 0;
}

/* The end of a process is that of its last thread, which need not be its leader. */
int ended(struct bpf_raw_tracepoint_args *ctx)
{
    u32 tgid = bpf_get_current_pid_tgid() >> 32, tid = bpf_get_current_pid_tgid();
    if (!alive.lookup(&tgid)) return 0;
    void *task = (void *)ctx->args[0], *signal = 0, *leader = 0;
    s32 threads = 0;
    bpf_probe_read_kernel(&signal, sizeof signal, task + TASK_SIGNAL);
    bpf_probe_read_kernel(&threads, sizeof threads, signal + SIGNAL_LIVE);
    if (threads > 0 || alive.delete(&tgid)) return 0;
    struct end end = {.time = bpf_ktime_get_ns(), .tgid = tgid};
    u64 began = 0;
    u32 flags = 0;
    bpf_probe_read_kernel(&leader, sizeof leader, task + TASK_GROUP_LEADER);
    bpf_probe_read_kernel(&began, sizeof began, leader + TASK_START_TIME);
    bpf_probe_read_kernel(&flags, sizeof flags, signal + SIGNAL_FLAGS);
    bpf_probe_read_kernel(&end.status, sizeof end.status, leader + TASK_EXIT_CODE);
    if (flags & 4 /* SIGNAL_GROUP_EXIT */)
        bpf_probe_read_kernel(&end.status, sizeof end.status, signal + SIGNAL_GROUP_EXIT_CODE);
    end.age = end.time - began;
    struct counts *c = get_counts();
    if (ends.ringbuf_output(&end, sizeof end, BPF_RB_NO_WAKEUP) && c) c->exits_lost++;
    return 0;
}
