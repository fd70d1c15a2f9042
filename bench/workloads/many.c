/* So many processes that do nothing: many COUNT. Prints how many there are, and ends them when its input is closed. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    long count = argc > 1 ? atol(argv[1]) : 0, made = 0;
    char byte;
    setpgid(0, 0);
    while (made < count) {
        pid_t child = fork();
        if (child < 0) break;
        if (!child) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            close(0);
            close(1);
            for (;;) pause();
        }
        made++;
    }
    printf("%ld\n", made);
    fflush(stdout);
    signal(SIGTERM, SIG_IGN);
    while (read(0, &byte, 1) > 0) ;
    signal(SIGCHLD, SIG_IGN);
    kill(0, SIGTERM);
    return 0;
}
