#include "tests/allocation_counter.hpp"

#include <atomic>
#include <cstddef>

namespace {

std::atomic<long> allocated{0};
std::atomic<long> locked{0};
std::atomic<long> filed{0};

void count(std::atomic<long>& what) noexcept { what.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

trocar::test::Work trocar::test::work() { return {allocated, locked, filed}; }

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

// Both sanitizers have it; g++ comes without the header that declares it.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*taken)(const volatile void*,
                                                                       std::size_t),
                                                         void (*given_back)(const volatile void*));

const bool trocar::test::counts_locks_and_files = false;

namespace {
[[maybe_unused]] const int installed = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t) { count(allocated); }, [](const volatile void*) {});
}

#else

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

const bool trocar::test::counts_locks_and_files = true;

namespace {

// The library's own function of that name, which ours hides.
template <class Function>
Function* real(const char* name) noexcept {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

// A descriptor may also be a socket or the bell of a Signal: those are the way, not a detour.
bool is_file(int fd) noexcept {
  struct stat about {};
  return fd <= STDERR_FILENO || (fstat(fd, &about) == 0 && S_ISREG(about.st_mode));
}

}  // namespace

extern "C" {

// glibc's names for what stands behind malloc: dlsym may itself allocate.
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* p, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) noexcept {
  count(allocated);
  return __libc_malloc(size);
}
void* calloc(std::size_t n, std::size_t size) noexcept {
  count(allocated);
  return __libc_calloc(n, size);
}
void* realloc(void* p, std::size_t size) noexcept {
  count(allocated);
  return __libc_realloc(p, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  count(allocated);
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** p, std::size_t alignment, std::size_t size) noexcept {
  count(allocated);
  *p = __libc_memalign(alignment, size);
  return *p == nullptr ? ENOMEM : 0;
}

int pthread_mutex_lock(pthread_mutex_t* m) noexcept {
  static auto* const next = real<int(pthread_mutex_t*)>("pthread_mutex_lock");
  count(locked);
  return next(m);
}
int pthread_mutex_trylock(pthread_mutex_t* m) noexcept {
  static auto* const next = real<int(pthread_mutex_t*)>("pthread_mutex_trylock");
  count(locked);
  return next(m);
}
int pthread_rwlock_rdlock(pthread_rwlock_t* l) noexcept {
  static auto* const next = real<int(pthread_rwlock_t*)>("pthread_rwlock_rdlock");
  count(locked);
  return next(l);
}
int pthread_rwlock_wrlock(pthread_rwlock_t* l) noexcept {
  static auto* const next = real<int(pthread_rwlock_t*)>("pthread_rwlock_wrlock");
  count(locked);
  return next(l);
}

int open(const char* path, int flags, ...) {
  static auto* const next = real<int(const char*, int, ...)>("open");
  count(filed);
  if ((flags & O_CREAT) == 0) return next(path, flags);
  va_list rest;
  va_start(rest, flags);
  const auto mode = va_arg(rest, mode_t);
  va_end(rest);
  return next(path, flags, mode);
}
FILE* fopen(const char* path, const char* mode) {
  static auto* const next = real<FILE*(const char*, const char*)>("fopen");
  count(filed);
  return next(path, mode);
}
FILE* fopen64(const char* path, const char* mode) {
  static auto* const next = real<FILE*(const char*, const char*)>("fopen64");
  count(filed);
  return next(path, mode);
}
ssize_t write(int fd, const void* bytes, std::size_t size) {
  static auto* const next = real<ssize_t(int, const void*, std::size_t)>("write");
  if (is_file(fd)) count(filed);
  return next(fd, bytes, size);
}
ssize_t writev(int fd, const iovec* parts, int n) {
  static auto* const next = real<ssize_t(int, const iovec*, int)>("writev");
  if (is_file(fd)) count(filed);
  return next(fd, parts, n);
}
std::size_t fwrite(const void* bytes, std::size_t size, std::size_t n, FILE* file) {
  static auto* const next =
      real<std::size_t(const void*, std::size_t, std::size_t, FILE*)>("fwrite");
  count(filed);
  return next(bytes, size, n, file);
}
int fputs(const char* text, FILE* file) {
  static auto* const next = real<int(const char*, FILE*)>("fputs");
  count(filed);
  return next(text, file);
}
int fflush(FILE* file) {
  static auto* const next = real<int(FILE*)>("fflush");
  count(filed);
  return next(file);
}

}  // extern "C"

#endif
