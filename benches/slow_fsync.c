/* Makes fsync and fdatasync take SLOW_FSYNC_US microseconds longer, for `bin/bench slow`: the disk of the machine that
   measures may answer a flush from a cache, as many virtual ones do, and then says little about a disk that does not. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void wait_longer(void) {
    const char *setting = getenv("SLOW_FSYNC_US");
    long micros = setting ? atol(setting) : 0;
    struct timespec pause = {micros / 1000000, micros % 1000000 * 1000};
    nanosleep(&pause, NULL);
}

int fsync(int file) {
    int result = ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file);
    wait_longer();
    return result;
}

int fdatasync(int file) {
    int result = ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file);
    wait_longer();
    return result;
}
