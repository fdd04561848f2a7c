/* A disk that takes its time: fsync and fdatasync wait as many milliseconds as the file named by
   HUBBUB_CHAOS_SLOW_DISK says, then do what they are for. Put under a program with LD_PRELOAD. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void take_time(void) {
    const char *name = getenv("HUBBUB_CHAOS_SLOW_DISK");
    char text[16] = {0};
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length > 0) usleep((useconds_t)atoi(text) * 1000);
}

int fsync(int file) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    take_time();
    return real(file);
}

int fdatasync(int file) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    take_time();
    return real(file);
}
