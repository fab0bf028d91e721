/* Stands between a program and the C library, for bin/faults: has calls on files fail, moves the wall clock, and keeps a
   journal of what was written and what was really flushed, from which tests/faults/power.py makes the disk of a power cut.

   FAULTS_DIR      only files below this directory are touched
   FAULTS_CONTROL  a file of eight 64-bit numbers, read at each call: see struct control
   FAULTS_JOURNAL  the journal; without it none is kept
*/
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct control {
    int64_t ahead_ms;  /* added to the wall clock; monotonic time is left alone, as where NTP steps */
    int64_t calls;     /* which calls fail: WRITES, FLUSHES, SIZES, CREATION */
    int64_t error;     /* with this errno */
    int64_t nth;       /* 0: all of them; else only the so-many-th from now on */
    int64_t failed;    /* how many have failed */
    int64_t slow_us;   /* how much later a flush begins */
};
enum { WRITES = 1, FLUSHES = 2, SIZES = 4, CREATION = 8 };

/* One record of the journal, followed by `length` bytes of data. */
struct record {
    char kind; /* W rite, S ync, T runcate, U nlink */
    char name[47];
    int64_t offset;
    int64_t length;
};

enum { FILES = 4096 };
static char names[FILES][48];
static struct control *control;
static const char *directory;
static int journal = -1;
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

#define REAL(type, name, ...) \
    static type (*real_##name)(__VA_ARGS__)
REAL(int, open64, const char *, int, ...);
REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
REAL(ssize_t, write, int, const void *, size_t);
REAL(int, fsync, int);
REAL(int, ftruncate64, int, off64_t);
REAL(int, unlink, const char *);
REAL(int, clock_gettime, clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void) {
    real_open64 = dlsym(RTLD_NEXT, "open64");
    real_pwrite64 = dlsym(RTLD_NEXT, "pwrite64");
    real_write = dlsym(RTLD_NEXT, "write");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_ftruncate64 = dlsym(RTLD_NEXT, "ftruncate64");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    directory = getenv("FAULTS_DIR");
    const char *path = getenv("FAULTS_CONTROL");
    int file = path ? real_open64(path, O_RDWR | O_CLOEXEC) : -1;
    if (file >= 0) {
        void *there = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        control = there == MAP_FAILED ? NULL : there;
        close(file);
    }
    path = getenv("FAULTS_JOURNAL");
    if (path) journal = real_open64(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static const char *below(const char *path) {
    size_t length = directory ? strlen(directory) : 0;
    return length && !strncmp(path, directory, length) && path[length] == '/' ? path + length + 1 : NULL;
}

static const char *name_of(int file) {
    return file >= 0 && file < FILES && names[file][0] ? names[file] : NULL;
}

/* Whether this call is one that has to fail; errno is then set. */
static int fails(int call) {
    if (!control || !(__atomic_load_n(&control->calls, __ATOMIC_SEQ_CST) & call)) return 0;
    if (__atomic_load_n(&control->nth, __ATOMIC_SEQ_CST)) {
        if (__atomic_sub_fetch(&control->nth, 1, __ATOMIC_SEQ_CST)) return 0;
        __atomic_store_n(&control->calls, 0, __ATOMIC_SEQ_CST);
    }
    __atomic_add_fetch(&control->failed, 1, __ATOMIC_SEQ_CST);
    errno = (int)control->error;
    return 1;
}

static void note(char kind, const char *name, int64_t offset, const void *data, size_t length) {
    if (journal < 0) return;
    struct record record = {.kind = kind, .offset = offset, .length = (int64_t)length};
    strncpy(record.name, name, sizeof record.name - 1);
    struct iovec parts[2] = {{&record, sizeof record}, {(void *)data, length}};
    if (writev(journal, parts, length ? 2 : 1) != (ssize_t)(sizeof record + length)) abort();
}

static int opened(const char *path, int flags, mode_t mode) {
    const char *name = below(path);
    if (name && flags & O_CREAT && access(path, F_OK) && fails(CREATION)) return -1;
    int file = real_open64(path, flags, mode);
    if (file >= 0 && file < FILES) {
        names[file][0] = 0;
        if (name && !(flags & O_DIRECTORY)) strncpy(names[file], name, sizeof names[file] - 1);
    }
    return file;
}

#define MODE(flags, mode) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list more; \
        va_start(more, flags); \
        mode = va_arg(more, mode_t); \
        va_end(more); \
    }
int open64(const char *path, int flags, ...) {
    MODE(flags, mode)
    return opened(path, flags, mode);
}
int open(const char *path, int flags, ...) {
    MODE(flags, mode)
    return opened(path, flags, mode);
}

/* The journal is written before the file: what is on the disk is then never more than what the journal knows of. */
ssize_t pwrite64(int file, const void *data, size_t length, off64_t offset) {
    const char *name = name_of(file);
    if (!name) return real_pwrite64(file, data, length, offset);
    if (fails(WRITES)) return -1;
    if (journal < 0) return real_pwrite64(file, data, length, offset);
    pthread_mutex_lock(&order);
    note('W', name, offset, data, length);
    ssize_t result = real_pwrite64(file, data, length, offset);
    pthread_mutex_unlock(&order);
    return result;
}

ssize_t write(int file, const void *data, size_t length) {
    return name_of(file) && fails(WRITES) ? -1 : real_write(file, data, length);
}

/* A flush counts once it has come back. It covers what was written before it began. */
int fsync(int file) {
    const char *name = name_of(file);
    if (!name) return real_fsync(file);
    if (fails(FLUSHES)) return -1;
    if (control && control->slow_us) usleep((useconds_t)control->slow_us);
    if (journal < 0) return real_fsync(file);
    pthread_mutex_lock(&order);
    int result = real_fsync(file);
    if (!result) note('S', name, 0, NULL, 0);
    pthread_mutex_unlock(&order);
    return result;
}
int fdatasync(int file) { return fsync(file); }

int ftruncate64(int file, off64_t size) {
    const char *name = name_of(file);
    if (!name) return real_ftruncate64(file, size);
    if (fails(SIZES)) return -1;
    pthread_mutex_lock(&order);
    note('T', name, size, NULL, 0);
    int result = real_ftruncate64(file, size);
    pthread_mutex_unlock(&order);
    return result;
}

int unlink(const char *path) {
    const char *name = below(path);
    if (!name) return real_unlink(path);
    pthread_mutex_lock(&order);
    note('U', name, 0, NULL, 0);
    int result = real_unlink(path);
    pthread_mutex_unlock(&order);
    return result;
}

static int64_t ahead(void) {
    return control ? __atomic_load_n(&control->ahead_ms, __ATOMIC_SEQ_CST) : 0;
}

int clock_gettime(clockid_t which, struct timespec *now) {
    int result = real_clock_gettime(which, now);
    if (!result && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) {
        int64_t more = ahead(), nanos = now->tv_nsec + more % 1000 * 1000000;
        now->tv_sec += more / 1000 + (nanos < 0 ? -1 : nanos / 1000000000);
        now->tv_nsec = nanos < 0 ? nanos + 1000000000 : nanos % 1000000000;
    }
    return result;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec exact;
    int result = clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return result;
}
time_t time(time_t *where) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (where) *where = exact.tv_sec;
    return exact.tv_sec;
}
