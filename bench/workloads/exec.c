/* Forks, executes a program that does nothing and waits for its end, over and over, on one core.
 *
 *   exec CORE SECONDS [PROGRAM]     /bin/true where none is named; prints how many times, nanoseconds by the clock, and nanoseconds on the core, children included
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static long on_core(int who)
{
    struct rusage used;
    getrusage(who, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000000L
         + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1000L;
}

static long on_cores(void) { return on_core(RUSAGE_SELF) + on_core(RUSAGE_CHILDREN); }

int main(int argc, char **argv)
{
    cpu_set_t core;
    CPU_ZERO(&core);
    CPU_SET(argc > 2 ? atoi(argv[1]) : 0, &core);
    if (argc < 3 || sched_setaffinity(0, sizeof core, &core)) return 2;
    long count = 0, cpu = on_cores(), began = now(), end = began + (long)(atof(argv[2]) * 1e9), at;
    do {
        int status;
        pid_t child = fork();
        if (child == 0) {
            execl(argc > 3 ? argv[3] : "/bin/true", "true", (char *)0);
            _exit(127);
        }
        if (child < 0 || waitpid(child, &status, 0) < 0 || status) return 1;
        count++;
    } while ((at = now()) < end);
    printf("%ld %ld %ld\n", count, at - began, on_cores() - cpu);
    return 0;
}
