/* Executes a program in a way that can be told: execs WAY COUNT PATH [ARGUMENT...]; see main for the ways.
 * Ends with the code of the last child; what could not be executed ends with errno. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static char **arguments;
static char *path;

static void plain(void) { execve(path, arguments, environ); }

static void at_empty_path(void)
{
    int fd = open(path, O_PATH);
    syscall(SYS_execveat, fd, "", arguments, environ, AT_EMPTY_PATH);
}

static void relative_to_folder(void)
{
    char *slash = strrchr(path, '/');
    *slash = 0;
    int folder = open(path, O_PATH | O_DIRECTORY);
    syscall(SYS_execveat, folder, slash + 1, arguments, environ, 0);
}

static void *in_thread(void *unused) { plain(); exit(errno); return unused; }

static void from_thread(void)
{
    pthread_t thread;
    pthread_create(&thread, 0, in_thread, 0);
    pthread_join(thread, 0);
}

static void without_arguments(void)
{
    char *none[] = {0};
    execve(path, none, environ);
}

static void with_wild_arguments(void) { execve(path, (char **)8, environ); }

/* Path and arguments lie each on a page of its own, of a file that is in no page table and, if possible, in no cache. */
static void on_cold_pages(void)
{
    char name[] = "execs.cold.XXXXXX";
    int fd = mkstemp(name), count = 0;
    unlink(name);
    while (arguments[count]) {
        pwrite(fd, arguments[count], strlen(arguments[count]) + 1, 4096L * (count + 1));
        count++;
    }
    pwrite(fd, path, strlen(path) + 1, 0);
    ftruncate(fd, 4096L * (count + 2));
    fsync(fd);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    char *cold = mmap(0, 4096L * (count + 2), PROT_READ, MAP_PRIVATE, fd, 0);
    for (int i = 0; i < count; i++) arguments[i] = cold + 4096L * (i + 1);
    execve(cold, arguments, environ);
}

/* The first argument is a number: so many arguments "x". */
static void with_many_arguments(void)
{
    struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    long count = atol(arguments[1]);
    char **many = calloc(count + 1, sizeof *many), *one = strdup("x");
    setrlimit(RLIMIT_STACK, &all);
    for (long i = 0; i < count; i++) many[i] = one;
    execve(path, many, environ);
}

/* Children that borrow this process's memory until they have executed: as fast as it goes. */
static int storm(int count)
{
    for (int i = 0; i < count; i++) {
        pid_t child = vfork();
        if (!child) { plain(); _exit(errno); }
        waitpid(child, 0, 0);
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const struct { const char *name; void (*way)(void); } ways[] = {
        {"plain", plain}, {"fd", at_empty_path}, {"folder", relative_to_folder}, {"thread", from_thread},
        {"empty", without_arguments}, {"wild", with_wild_arguments}, {"cold", on_cold_pages}, {"many", with_many_arguments},
    };
    int count = atoi(argv[2]), status = 0;
    path = argv[3];
    arguments = argv + 3;
    if (!strcmp(argv[1], "storm")) return storm(count);
    for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
        if (strcmp(argv[1], ways[w].name)) continue;
        for (int i = 0; i < count; i++) {
            pid_t child = fork();
            if (!child) { ways[w].way(); exit(errno); }
            waitpid(child, &status, 0);
        }
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
    return 255;
}
