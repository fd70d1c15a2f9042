/* Disks of known slowness: slowfs FOLDER MIB [NAME=NUMBER...] mounts a file system with the files disk0, disk1, ...
 *
 *   disks=N             so many, one unless told
 *   delay=US            how long reads, writes and syncs take
 *   sync=US             how much longer syncs do
 *   spread=PERCENT      by chance so much shorter or longer
 *   every=N slow=US     how long every N-th takes
 *   sick=MASK           disks whose reads stall by chance (1: disk0, 2: disk1, 3: both, ...)
 *   share=PPM low=US high=US   how many of those reads do, of a million, and how much longer they take
 *   most=BYTES          a read gives at most so many
 *   bad=OFFSET          reads from there on fail
 *
 * Tells when it is there ("ready"), and runs until it is unmounted. Speaks to the kernel itself (linux/fuse.h), so that
 * no library is needed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define THREADS 16
#define MOST (1 << 20)
#define FIRST 2 /* node of disk0 */
#define DISKS 32

static int device;
static long size, disks = 1, delay, sync_delay, spread, every, slow, sick, share, low, high, most = MOST, bad = -1;
static const struct { const char *name; long *number; } options[] = {
    {"disks", &disks}, {"delay", &delay}, {"sync", &sync_delay}, {"spread", &spread}, {"every", &every}, {"slow", &slow},
    {"sick", &sick}, {"share", &share}, {"low", &low}, {"high", &high}, {"most", &most}, {"bad", &bad},
};
static char *contents[DISKS];
static atomic_long served;
static __thread unsigned short chance[3];

static void answer(struct fuse_in_header *in, int error, const void *data, size_t bytes)
{
    struct fuse_out_header out = {sizeof out + bytes, -error, in->unique};
    struct iovec parts[] = {{&out, sizeof out}, {(void *)data, bytes}};
    writev(device, parts, bytes ? 2 : 1);
}

static void take_time(uint64_t node, int op)
{
    double us = every && atomic_fetch_add(&served, 1) % every == every - 1 ? slow : delay;
    us += us * spread / 100 * (2 * erand48(chance) - 1);
    if (op == FUSE_FSYNC) us += sync_delay;
    if (op == FUSE_READ && sick >> (node - FIRST) & 1 && erand48(chance) * 1e6 < share) us += low + (high - low) * erand48(chance);
    struct timespec time = {us / 1e6, (long)(us * 1e3) % 1000000000};
    nanosleep(&time, 0);
}

static struct fuse_attr attributes(uint64_t node)
{
    struct fuse_attr folder = {.ino = 1, .mode = S_IFDIR | 0755, .nlink = 2, .blksize = 4096};
    struct fuse_attr disk = {.ino = node, .size = size, .blocks = size / 512, .mode = S_IFREG | 0600, .nlink = 1, .blksize = 4096};
    return node >= FIRST ? disk : folder;
}

/* The node of a name, 0 where there is no such disk. */
static uint64_t node_of(const char *name)
{
    int number, length = 0;
    return sscanf(name, "disk%d%n", &number, &length) == 1 && !name[length] && number >= 0 && number < disks ? FIRST + number : 0;
}

static void serve(struct fuse_in_header *in, char *body)
{
    struct fuse_read_in *read = (void *)body;
    struct fuse_write_in *write = (void *)body;
    struct fuse_init_in *hello = (void *)body;
    struct fuse_init_out init = {FUSE_KERNEL_VERSION, FUSE_KERNEL_MINOR_VERSION, .max_readahead = hello->max_readahead,
        .flags = FUSE_ASYNC_DIO | FUSE_ASYNC_READ | FUSE_BIG_WRITES | FUSE_PARALLEL_DIROPS, .max_background = 64,
        .congestion_threshold = 64, .max_write = 1 << 17, .time_gran = 1};
    struct fuse_attr_out attr = {.attr_valid = 3600, .attr = attributes(in->nodeid)};
    uint64_t node = in->opcode == FUSE_LOOKUP ? node_of(body) : in->nodeid;
    struct fuse_entry_out entry = {.nodeid = node, .entry_valid = 3600, .attr_valid = 3600, .attr = attributes(node)};
    struct fuse_open_out open = {.open_flags = FOPEN_DIRECT_IO | (1 << 6) /* parallel direct writes */};
    struct fuse_write_out wrote = {.size = write->size};
    switch (in->opcode) {
    case FUSE_INIT: answer(in, 0, &init, sizeof init); break;
    case FUSE_LOOKUP: if (node) answer(in, 0, &entry, sizeof entry); else answer(in, ENOENT, 0, 0); break;
    case FUSE_GETATTR: case FUSE_SETATTR: answer(in, 0, &attr, sizeof attr); break;
    case FUSE_OPEN: case FUSE_OPENDIR: answer(in, 0, &open, sizeof open); break;
    case FUSE_READ:
        take_time(node, in->opcode);
        if (bad >= 0 && (long)read->offset >= bad) answer(in, EIO, 0, 0);
        else answer(in, 0, contents[node - FIRST] + read->offset, read->size < most ? read->size : most);
        break;
    case FUSE_WRITE:
        take_time(node, in->opcode);
        memcpy(contents[node - FIRST] + write->offset, body + sizeof *write, write->size);
        answer(in, 0, &wrote, sizeof wrote);
        break;
    case FUSE_FSYNC: take_time(node, in->opcode); answer(in, 0, 0, 0); break;
    case FUSE_FLUSH: case FUSE_RELEASE: case FUSE_RELEASEDIR: case FUSE_ACCESS: answer(in, 0, 0, 0); break;
    case FUSE_FORGET: case FUSE_BATCH_FORGET: case FUSE_INTERRUPT: break;
    default: answer(in, ENOSYS, 0, 0);
    }
}

static void *work(void *seed)
{
    chance[0] = (long)seed;
    char *request = malloc(MOST);
    for (;;) {
        ssize_t bytes = read(device, request, MOST);
        if (bytes < 0 && errno == ENODEV) _exit(0); /* unmounted */
        if (bytes > 0) serve((void *)request, request + sizeof(struct fuse_in_header));
    }
    return 0;
}

int main(int argc, char **argv)
{
    char how[128];
    pthread_t thread;
    size = atol(argv[2]) << 20;
    for (int i = 3; i < argc; i++)
        for (size_t o = 0; o < sizeof options / sizeof *options; o++)
            if (!strncmp(argv[i], options[o].name, strcspn(argv[i], "="))) *options[o].number = atol(strchr(argv[i], '=') + 1);
    for (int i = 0; i < disks; i++) contents[i] = calloc(size, 1);
    device = open("/dev/fuse", O_RDWR);
    snprintf(how, sizeof how, "fd=%d,rootmode=40000,user_id=0,group_id=0,max_read=%d", device, 1 << 17);
    if (device < 0 || mount("slowfs", argv[1], "fuse", MS_NOSUID | MS_NODEV, how)) { perror("slowfs"); return 1; }
    puts("ready");
    fflush(stdout);
    for (long i = 1; i < THREADS; i++) pthread_create(&thread, 0, work, (void *)i);
    work(0);
}
