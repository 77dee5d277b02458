/*
 * A library for LD_PRELOAD that lets a test cut the power. Before a file in the folder POWER_CUT_FOLDER is changed, the bytes that
 * are overwritten are noted in the file POWER_CUT_LOG; a sync of the file is noted there too. After the process was killed, the test
 * undoes every change that no sync followed: what is left is what a disk holds that keeps nothing but what was synced.
 *
 * A note is a line of text, "<kind> <inode> <offset> <size of the file> <number of bytes>", and the bytes. Kinds: w, a write; t, a
 * truncation; s, a sync.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_file = -2;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is_watched(int fd) {
  char link[64], path[4096];
  const char *folder = getenv("POWER_CUT_FOLDER");
  if (folder == NULL || fd == log_file) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strncmp(path, folder, strlen(folder)) == 0;
}

static void write_all(const void *bytes, size_t count) {
  const char *next = bytes;
  while (count > 0) {
    ssize_t written = REAL(write)(log_file, next, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) abort();
    next += written;
    count -= written;
  }
}

/* Notes the bytes between an offset and an end that are there now. The caller holds the lock. */
static void note(char kind, int fd, off_t offset, off_t end) {
  struct stat file;
  char head[128];
  if (log_file == -2) log_file = REAL(open)(getenv("POWER_CUT_LOG"), O_WRONLY | O_APPEND | O_CREAT, 0600);
  if (log_file < 0 || fstat(fd, &file) != 0) abort();
  if (end > file.st_size) end = file.st_size;
  size_t count = end > offset ? (size_t)(end - offset) : 0;
  char *bytes = malloc(count + 1);
  ssize_t found = count == 0 ? 0 : pread(fd, bytes, count, offset);
  if (found < 0) {
    /* The file is open for writing alone: it is opened once more to be read. */
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int reader = REAL(open)(link, O_RDONLY);
    found = pread(reader, bytes, count, offset);
    close(reader);
  }
  if (found != (ssize_t)count) abort();
  int length = snprintf(head, sizeof head, "%c %lu %lld %lld %zu\n", kind, (unsigned long)file.st_ino, (long long)offset,
                        (long long)file.st_size, count);
  write_all(head, length);
  write_all(bytes, count);
  free(bytes);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  if (!is_watched(fd)) return REAL(pwrite64)(fd, bytes, count, offset);
  pthread_mutex_lock(&lock);
  note('w', fd, offset, offset + count);
  ssize_t result = REAL(pwrite64)(fd, bytes, count, offset);
  pthread_mutex_unlock(&lock);
  return result;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) { return pwrite64(fd, bytes, count, offset); }

ssize_t write(int fd, const void *bytes, size_t count) {
  if (!is_watched(fd)) return REAL(write)(fd, bytes, count);
  pthread_mutex_lock(&lock);
  struct stat file;
  fstat(fd, &file);
  off_t at = fcntl(fd, F_GETFL) & O_APPEND ? file.st_size : lseek(fd, 0, SEEK_CUR);
  note('w', fd, at, at + count);
  ssize_t result = REAL(write)(fd, bytes, count);
  pthread_mutex_unlock(&lock);
  return result;
}

int ftruncate64(int fd, off64_t length) {
  if (!is_watched(fd)) return REAL(ftruncate64)(fd, length);
  pthread_mutex_lock(&lock);
  struct stat file;
  fstat(fd, &file);
  note('t', fd, length, file.st_size);
  int result = REAL(ftruncate64)(fd, length);
  pthread_mutex_unlock(&lock);
  return result;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

/* What is written by another thread while the file is synced is not covered by the sync, so it has to wait. */
static int noted_sync(int fd, int (*sync)(int)) {
  if (!is_watched(fd)) return sync(fd);
  pthread_mutex_lock(&lock);
  int result = sync(fd);
  if (result == 0) note('s', fd, 0, 0);
  pthread_mutex_unlock(&lock);
  return result;
}

int fsync(int fd) { return noted_sync(fd, REAL(fsync)); }

int fdatasync(int fd) { return noted_sync(fd, REAL(fdatasync)); }
