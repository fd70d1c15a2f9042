/* Opens files as it is told and tells what came of it: opens WORD... Each word below is done in turn; each call prints
 * "call result tid", the result being a file descriptor, closed at once, or minus an errno.
 *
 *   open P, openat P, openat2 P, creat P, handle P    the five system calls
 *   at D P       openat(D's descriptor, P), which is closed at once behind it
 *   at2 D P      the same with openat2
 *   cold P       openat of a path on a page that is in no page table
 *   thread P     openat from another thread
 *   number D P   openat(D, P) with D a number
 *   null         openat of a null pointer
 *   flags N      flags of what follows (octal or decimal), mode 0600
 *   times N      how often what follows is done
 *   cd D, user U, wait    chdir, setuid, wait for a byte on standard input
 *   flood P N    N times openat and close; prints nothing
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct how { uint64_t flags, mode, resolve; };
static long flags = O_RDONLY, times = 1;

static void tell(const char *call, long result)
{
    if (result < 0) result = -errno;
    printf("%s %ld %ld\n", call, result, (long)syscall(SYS_gettid));
    if (result >= 0) close(result);
}

static long openat2_(int folder, const char *path)
{
    struct how how = {flags, flags & O_CREAT ? 0600 : 0, 0};
    return syscall(437, folder, path, &how, sizeof how);
}

static long by_handle(const char *path)
{
    struct { struct file_handle head; char room[128]; } handle = {{.handle_bytes = 128}};
    int mount;
    char folder[4096];
    strcpy(folder, path);
    *strrchr(folder, '/') = 0;
    if (name_to_handle_at(AT_FDCWD, path, &handle.head, &mount, 0)) { perror(path); exit(1); }
    int at = syscall(SYS_open, folder, O_RDONLY | O_DIRECTORY);
    long result = syscall(SYS_open_by_handle_at, at, &handle, flags);
    close(at);
    return result;
}

static long in_folder(const char *folder, const char *path, int second)
{
    int at = syscall(SYS_openat, AT_FDCWD, folder, O_RDONLY | O_DIRECTORY);
    long result = second ? openat2_(at, path) : syscall(SYS_openat, at, path, flags, 0600);
    int kept = errno;
    close(at);
    errno = kept;
    return result;
}

static long on_cold_page(const char *path)
{
    char name[] = "opens.cold.XXXXXX";
    int fd = mkstemp(name);
    unlink(name);
    pwrite(fd, path, strlen(path) + 1, 0);
    ftruncate(fd, 8192);
    fsync(fd);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    char *cold = mmap(0, 8192, PROT_READ, MAP_PRIVATE, fd, 0);
    long result = syscall(SYS_openat, AT_FDCWD, cold, flags, 0600);
    int kept = errno;
    munmap(cold, 8192);
    close(fd);
    errno = kept;
    return result;
}

static void *in_thread(void *path)
{
    tell("thread", syscall(SYS_openat, AT_FDCWD, path, flags, 0600));
    return 0;
}

static void once(const char *word, char **next)
{
    pthread_t thread;
    if (!strcmp(word, "open")) tell(word, syscall(SYS_open, *next, flags, 0600));
    else if (!strcmp(word, "openat")) tell(word, syscall(SYS_openat, AT_FDCWD, *next, flags, 0600));
    else if (!strcmp(word, "openat2")) tell(word, openat2_(AT_FDCWD, *next));
    else if (!strcmp(word, "creat")) tell(word, syscall(SYS_creat, *next, 0600));
    else if (!strcmp(word, "handle")) tell(word, by_handle(*next));
    else if (!strcmp(word, "at")) tell(word, in_folder(next[0], next[1], 0));
    else if (!strcmp(word, "at2")) tell(word, in_folder(next[0], next[1], 1));
    else if (!strcmp(word, "cold")) tell(word, on_cold_page(*next));
    else if (!strcmp(word, "number")) tell(word, syscall(SYS_openat, atoi(next[0]), next[1], flags, 0600));
    else if (!strcmp(word, "null")) tell(word, syscall(SYS_openat, AT_FDCWD, 0, flags, 0600));
    else if (!strcmp(word, "thread")) {
        pthread_create(&thread, 0, in_thread, *next);
        pthread_join(thread, 0);
    } else { fprintf(stderr, "no such word: %s\n", word); exit(1); }
}

int main(int argc, char **argv)
{
    char byte;
    for (int i = 1; i < argc; ) {
        char *word = argv[i++], **next = argv + i;
        if (!strcmp(word, "flags")) flags = strtol(argv[i++], 0, 0);
        else if (!strcmp(word, "times")) times = atol(argv[i++]);
        else if (!strcmp(word, "cd")) { if (chdir(argv[i++])) return 1; }
        else if (!strcmp(word, "user")) { if (setuid(atoi(argv[i++]))) return 1; }
        else if (!strcmp(word, "wait")) { if (read(0, &byte, 1) < 0) return 1; }
        else if (!strcmp(word, "flood")) {
            for (long n = atol(next[1]); n; n--) close(syscall(SYS_openat, AT_FDCWD, next[0], flags));
            i += 2;
        } else {
            for (long n = 0; n < times; n++) once(word, next);
            i += !strcmp(word, "null") ? 0 : strncmp(word, "at", 3) && strcmp(word, "at2") && strcmp(word, "number") ? 1 : 2;
        }
    }
    return 0;
}
