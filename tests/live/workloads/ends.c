/* Ends in a way that can be told: ends [exit CODE | signal NUMBER | crash | sleep MS CODE | leader MS CODE |
 * last-thread MS | again COUNT CODE]; without arguments it exits with 0. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int milliseconds, code;

/* exit() ends all threads, returning this one alone. */
static void *outlive(void *unused) { usleep(milliseconds * 1000); exit(code); return unused; }
static void *outlive_and_return(void *unused) { usleep(milliseconds * 1000); return unused; }

static void leave_leader(void *(*other)(void *))
{
    pthread_t thread;
    pthread_create(&thread, 0, other, 0);
    pthread_exit(0);
}

int main(int argc, char **argv)
{
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    if (argc < 2) return 0;
    int first = argc > 2 ? atoi(argv[2]) : 0;
    milliseconds = first;
    code = argc > 3 ? atoi(argv[3]) : 0;
    if (!strcmp(argv[1], "exit")) return first;
    if (!strcmp(argv[1], "signal")) kill(getpid(), first);
    if (!strcmp(argv[1], "crash")) *(volatile int *)8 = 0;
    if (!strcmp(argv[1], "sleep")) { usleep(milliseconds * 1000); return code; }
    if (!strcmp(argv[1], "leader")) leave_leader(outlive);
    if (!strcmp(argv[1], "last-thread")) leave_leader(outlive_and_return);
    if (!strcmp(argv[1], "again")) {
        char left[16], *next[] = {argv[0], "again", left, argv[3], 0};
        if (first <= 1) return code;
        snprintf(left, sizeof left, "%d", first - 1);
        execv(argv[0], next);
    }
    return 0;
}
