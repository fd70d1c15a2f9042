/* Opens and closes one file, over and over, on one core.
 *
 *   open CORE SECONDS     prints how many times, nanoseconds by the clock, and nanoseconds on the core
 *
 * Its name is that of the loop only while it loops: what it opens to start is not taken for it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static long now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

int main(int argc, char **argv)
{
    cpu_set_t core;
    CPU_ZERO(&core);
    CPU_SET(argc > 2 ? atoi(argv[1]) : 0, &core);
    if (argc < 3 || sched_setaffinity(0, sizeof core, &core)) return 2;
    prctl(PR_SET_NAME, "openflood");
    long count = 0, cpu = now(CLOCK_PROCESS_CPUTIME_ID), began = now(CLOCK_MONOTONIC), at;
    long end = began + (long)(atof(argv[2]) * 1e9);
    do {
        for (int i = 0; i < 64; i++, count++) {
            int fd = openat(AT_FDCWD, "/etc/passwd", O_RDONLY);
            if (fd < 0) return 1;
            close(fd);
        }
    } while ((at = now(CLOCK_MONOTONIC)) < end);
    cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    prctl(PR_SET_NAME, "openflood-end");
    printf("%ld %ld %ld\n", count, at - began, cpu);
    return 0;
}
