/* Every open, as the system call saw it: tracepoints on the five calls that open a file.
 * The path is read at the exit: at the entry its page may not be there yet, and a failed fault is silent.
 */
struct enter { u64 common; u64 nr; u64 args[6]; };
struct leave { u64 common; u64 nr; s64 ret; };

#define AT_FDCWD -100
enum { OPEN, OPENAT, OPENAT2, CREAT, BY_HANDLE };

struct start { u64 time; u64 path; u64 flags; s32 dir; u32 call; };
BPF_TABLE("hash", u32, struct start, starts, 16384);

#define PATH 4096
#define NAME 256
#define DEPTH 40
#define NAMES 4096
struct row {
    u64 time, latency, flags, cgroup;
    u32 tgid, tid, ppid, uid;
    s32 ret;
    u32 call, path_size; /* with the NUL; 0: could not be read */
    u32 trees, names_size, rooted; /* the names behind the path; whether they reach up to the root */
    u32 above[ABOVE]; /* the parent */
    char comm[16];
    char data[PATH + NAMES + NAME];
};
BPF_TABLE("percpu_array", u32, struct row, scratch, 1);
BPF_RINGBUF_OUTPUT(rows, 512);

#define READ(to, from) bpf_probe_read_kernel(&(to), sizeof(to), (void *)(from))

/* struct path { struct vfsmount *mnt; struct dentry *dentry; } */
struct place { void *mount, *dentry; };

ALWAYS void open_file(struct place *place, u32 fd)
{
    void *at = (void *)bpf_get_current_task();
    READ(at, at + TASK_FILES);
    READ(at, at + FILES_FDT);
    READ(at, at + FDT_FD);
    READ(at, at + 8 * (u64)fd);
    READ(*place, at + FILE_PATH);
}

ALWAYS void working_directory(struct place *place)
{
    void *at = (void *)bpf_get_current_task();
    READ(at, at + TASK_FS);
    READ(*place, at + FS_PWD);
}

/* Puts the names of the directories from `place` up to the root behind the path, each with its NUL. Asked now,
 * because later the process may be gone, be elsewhere, or have another file behind that number. */
ALWAYS u64 climb(struct row *row, struct place *place, u64 used)
{
    void *mount = place->mount, *dentry = place->dentry;
    u64 begin = used;
    #pragma clang loop unroll(disable)
    for (u32 i = 0; i < DEPTH; i++) {
        void *root = 0, *parent = 0, *name = 0, *next = 0;
        READ(root, mount + VFSMOUNT_ROOT);
        if (dentry == root) {
            READ(parent, mount - MOUNT_MNT + MOUNT_PARENT);
            if (parent == mount - MOUNT_MNT) { row->rooted = 1; break; }
            READ(next, mount - MOUNT_MNT + MOUNT_MOUNTPOINT);
            mount = parent + MOUNT_MNT;
        } else {
            READ(next, dentry + DENTRY_PARENT);
            if (next == dentry) break; /* not below any mount: a pipe, a socket */
            READ(name, dentry + DENTRY_NAME + QSTR_NAME);
        }
        if (!next) break;
        dentry = next;
        /* Both ways go through here, with no name where a mount was crossed: two ends would be walked 2^DEPTH times. */
        if (used >= PATH + NAMES) break;
        used += bounded(bpf_probe_read_kernel_str(&row->data[within(used, PATH + NAMES - 1)], NAME, name), NAME);
    }
    row->names_size = used - begin;
    return used;
}

ALWAYS int begin(u32 call, u64 dir, u64 path, u64 flags)
{
    struct settings *s = get_settings();
    if (!s) return 0;
    u64 now = bpf_ktime_get_ns();
    if (!s->timed && !in_budget(s, now)) { /* no row will be made of it: the exit counts it alone */
        struct counts *c = get_counts();
        if (c && passes(s)) c->skipped++;
        return 0;
    }
    if (!passes(s)) return 0;
    struct start start = {.time = now, .path = path, .flags = flags, .dir = dir, .call = call};
    u32 tid = bpf_get_current_pid_tgid();
    starts.update(&tid, &start);
    return 0;
}

int enter_open(struct enter *ctx) { return begin(OPEN, AT_FDCWD, ctx->args[0], ctx->args[1]); }
int enter_openat(struct enter *ctx) { return begin(OPENAT, ctx->args[0], ctx->args[1], ctx->args[2]); }
int enter_openat2(struct enter *ctx) { return begin(OPENAT2, ctx->args[0], ctx->args[1], ctx->args[2]); }
int enter_creat(struct enter *ctx) { return begin(CREAT, AT_FDCWD, ctx->args[0], 01101 /* O_CREAT|O_WRONLY|O_TRUNC */); }
int enter_by_handle(struct enter *ctx) { return begin(BY_HANDLE, ctx->args[0], 0, ctx->args[2]); }

int leave_any(struct leave *ctx)
{
    struct settings *s = get_settings();
    struct counts *c = get_counts();
    if (!s || !c) return 0;
    c->seen++;
    if (!passes(s)) { c->filtered++; return 0; }
    u64 id = bpf_get_current_pid_tgid(), now = bpf_ktime_get_ns();
    u32 tid = id, zero = 0;
    struct start *start = starts.lookup(&tid);
    struct start began = {};
    if (start) { began = *start; starts.delete(&tid); }
    else c->unstarted++;
    if (!result_passes(s, ctx->ret, now - began.time)) {
        c->filtered++;
        if (!start) c->unwanted++;
        return 0;
    }
    if (ctx->ret < 0) c->errors++;
    if (s->tallying) count_tally(ctx->ret, start != 0, now - began.time);
    if (!start) return 0;
    if (!pay(s, now)) { c->over_budget++; return 0; }
    struct row *row = scratch.lookup(&zero);
    if (!row) { c->lost++; return 0; }
    row->time = began.time;
    row->latency = now - began.time;
    row->flags = began.flags;
    row->tgid = id >> 32;
    row->tid = tid;
    void *parent = task_parent();
    row->ppid = tgid_of(parent);
    tell_above(row->above, parent);
    row->uid = bpf_get_current_uid_gid();
    row->ret = ctx->ret;
    row->call = began.call;
    row->names_size = row->rooted = 0;
    row->trees = s->following ? trees_of(row->tgid) : 0;
    row->cgroup = bpf_get_current_cgroup_id();
    if (began.call == OPENAT2) bpf_probe_read_user(&row->flags, sizeof row->flags, (void *)began.flags);
    bpf_get_current_comm(&row->comm, sizeof row->comm);
    u64 used = began.path ? bounded(bpf_probe_read_user_str(&row->data, PATH, (void *)began.path), PATH) : 0;
    row->path_size = used;
    struct place place = {};
    if (used <= 1 && ctx->ret >= 0) open_file(&place, ctx->ret);
    else if (used > 1 && row->data[0] != '/' && began.dir == AT_FDCWD) working_directory(&place);
    else if (used > 1 && row->data[0] != '/') open_file(&place, began.dir);
    if (place.mount) used = climb(row, &place, used);
    used = within(used, 4 * PATH - 1);
    if (used > sizeof row->data) used = sizeof row->data;
    if (rows.ringbuf_output(row, offsetof(struct row, data) + used, BPF_RB_NO_WAKEUP)) c->lost++;
    else c->shown++;
    return 0;
}
