/* A 32-bit program without a library, which does by int 0x80 what ebtop can see of such, and what it cannot:
 * bits32 FILE opens FILE in two ways, fails to execute /nowhere, and executes itself without arguments.
 * Ends with 0 if all of that came out so, else with the number of what did not. Build: -m32 -nostdlib -static. */
enum { EXIT = 1, OPEN = 5, EXECVE = 11, OPENAT = 295, AT_FDCWD = -100, ENOENT = 2 };

static int call(int number, long a, long b, long c, long d)
{
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d) : "memory");
    return result;
}

static void leave(int code) { for (;;) call(EXIT, code, 0, 0, 0); }

__attribute__((used)) static void begin(long *stack)
{
    char **argv = (char **)(stack + 1), *none[] = {argv[0], 0};
    if (stack[0] < 2) leave(0);
    if (call(OPEN, (long)argv[1], 0, 0, 0) < 0) leave(1);
    if (call(OPENAT, AT_FDCWD, (long)argv[1], 0, 0) < 0) leave(2);
    if (call(EXECVE, (long)"/nowhere", (long)none, 0, 0) != -ENOENT) leave(3);
    call(EXECVE, (long)argv[0], (long)none, 0, 0);
    leave(4);
}

__asm__(".globl _start\n_start: mov %esp, %eax\n push %eax\n call begin\n");
