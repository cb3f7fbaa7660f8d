#include "check/import_watch.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <fenv.h>
#include <link.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>
#include <set>

#include "config/error.hpp"

namespace ph::import_watch {
namespace {

enum Watched : int {
  // memory
  malloc_,
  calloc_,
  realloc_,
  memalign_,
  strdup_,
  mmap_,
  new_,
  // outside
  clock_gettime_,
  gettimeofday_,
  time_,
  clock_,
  rand_,
  random_,
  getrandom_,
  fopen_,
  open_,
  getenv_,
  // process
  fork_,
  system_,
  popen_,
  spawn_,
  exec_,
  setlocale_,
  uselocale_,
  chdir_,
  setenv_,
  signal_,
  fesetround_,
  fesetenv_,
  count_
};
constexpr std::array<const char*, count_> names{
    "malloc",       "calloc",        "realloc",      "aligned_alloc", "strdup",    "mmap",
    "operator new", "clock_gettime", "gettimeofday", "time",          "clock",     "rand",
    "random",       "getrandom",     "fopen",        "open",          "getenv",    "fork",
    "system",       "popen",         "posix_spawn",  "exec",          "setlocale", "uselocale",
    "chdir",        "setenv",        "signal",       "fesetround",    "fesetenv"};
constexpr std::array<int, 4> group_begins{malloc_, clock_gettime_, fork_, count_};

std::array<std::atomic<std::int64_t>, count_> calls;
std::atomic<std::int64_t> allocations{0}, failing{-1}, held{0};

void saw(Watched function) noexcept { calls[function].fetch_add(1, std::memory_order_relaxed); }

/// Counts an allocation; false when it has to fail.
bool may_allocate(Watched function) noexcept {
  saw(function);
  const auto number = allocations.fetch_add(1, std::memory_order_relaxed);
  if (number != failing.load(std::memory_order_relaxed)) return true;
  errno = ENOMEM;
  return false;
}

void* holding(void* block) noexcept {
  if (block != nullptr) ++held;
  return block;
}

extern "C" {

static void* watched_malloc(size_t size) { return may_allocate(malloc_) ? holding(malloc(size)) : nullptr; }
static void* watched_calloc(size_t n, size_t size) {
  return may_allocate(calloc_) ? holding(calloc(n, size)) : nullptr;
}
static void* watched_realloc(void* old, size_t size) {
  if (size == 0) {
    if (old != nullptr) --held;
    return realloc(old, size);
  }
  if (!may_allocate(realloc_)) return nullptr;
  return old == nullptr ? holding(realloc(old, size)) : realloc(old, size);
}
static int watched_posix_memalign(void** out, size_t alignment, size_t size) {
  if (!may_allocate(memalign_)) return ENOMEM;
  const int status = posix_memalign(out, alignment, size);
  if (status == 0) holding(*out);
  return status;
}
static void* watched_aligned_alloc(size_t alignment, size_t size) {
  return may_allocate(memalign_) ? holding(aligned_alloc(alignment, size)) : nullptr;
}
static char* watched_strdup(const char* text) {
  return may_allocate(strdup_) ? static_cast<char*>(holding(strdup(text))) : nullptr;
}
static void watched_free(void* block) {
  if (block != nullptr) --held;
  free(block);
}
static void* watched_mmap(void* at, size_t size, int protection, int flags, int fd, off_t offset) {
  return may_allocate(mmap_) ? mmap(at, size, protection, flags, fd, offset) : MAP_FAILED;
}
// Counted only: a failure would have to throw across runtimes.
static void* watched_new(size_t size) {
  saw(new_);
  return holding(::operator new(size));
}
static void watched_delete(void* block) {
  if (block != nullptr) --held;
  ::operator delete(block);
}
static void watched_sized_delete(void* block, size_t) { watched_delete(block); }

static int watched_clock_gettime(clockid_t clock, timespec* out) {
  saw(clock_gettime_);
  return clock_gettime(clock, out);
}
static int watched_gettimeofday(timeval* out, void* zone) {
  saw(gettimeofday_);
  return gettimeofday(out, zone);
}
static time_t watched_time(time_t* out) {
  saw(time_);
  return time(out);
}
static clock_t watched_clock() {
  saw(clock_);
  return clock();
}
static int watched_rand() {
  saw(rand_);
  return rand();
}
static long watched_random() {
  saw(random_);
  return random();
}
static ssize_t watched_getrandom(void* out, size_t size, unsigned flags) {
  saw(getrandom_);
  return getrandom(out, size, flags);
}
static FILE* watched_fopen(const char* path, const char* mode) {
  saw(fopen_);
  return fopen(path, mode);
}
static int watched_open(const char* path, int flags, mode_t mode) {
  saw(open_);
  return open(path, flags, mode);
}
static char* watched_getenv(const char* name) {
  saw(getenv_);
  return getenv(name);
}

// vfork too: its frame could not be left through a function of ours.
static pid_t watched_fork() {
  saw(fork_);
  return fork();
}
static int watched_system(const char* command) {
  saw(system_);
  return system(command);
}
static FILE* watched_popen(const char* command, const char* mode) {
  saw(popen_);
  return popen(command, mode);
}
static int watched_spawn(pid_t* pid, const char* path, const posix_spawn_file_actions_t* actions,
                         const posix_spawnattr_t* attributes, char* const* argv, char* const* environment) {
  saw(spawn_);
  return posix_spawn(pid, path, actions, attributes, argv, environment);
}
static int watched_spawnp(pid_t* pid, const char* path, const posix_spawn_file_actions_t* actions,
                          const posix_spawnattr_t* attributes, char* const* argv, char* const* environment) {
  saw(spawn_);
  return posix_spawnp(pid, path, actions, attributes, argv, environment);
}
static int watched_execve(const char* path, char* const* argv, char* const* environment) {
  saw(exec_);
  return execve(path, argv, environment);
}
static char* watched_setlocale(int category, const char* locale) {
  if (locale != nullptr) saw(setlocale_);
  return setlocale(category, locale);
}
static locale_t watched_uselocale(locale_t locale) {
  if (locale != nullptr) saw(uselocale_);
  return uselocale(locale);
}
static int watched_chdir(const char* path) {
  saw(chdir_);
  return chdir(path);
}
static int watched_setenv(const char* name, const char* value, int replace) {
  saw(setenv_);
  return setenv(name, value, replace);
}
static int watched_putenv(char* entry) {
  saw(setenv_);
  return putenv(entry);
}
static int watched_unsetenv(const char* name) {
  saw(setenv_);
  return unsetenv(name);
}
static void (*watched_signal(int number, void (*handler)(int)))(int) {
  saw(signal_);
  return signal(number, handler);
}
static int watched_sigaction(int number, const struct sigaction* action, struct sigaction* old) {
  if (action != nullptr) saw(signal_);
  return sigaction(number, action, old);
}
static int watched_fesetround(int mode) {
  saw(fesetround_);
  return fesetround(mode);
}
static int watched_fesetenv(const fenv_t* mode) {
  saw(fesetenv_);
  return fesetenv(mode);
}

}  // extern "C"

struct Replacement {
  const char* symbol;
  void* function;
};
template <class F>
void* address(F* function) {
  return reinterpret_cast<void*>(function);
}
const std::vector<Replacement>& replacements() {
  static const std::vector<Replacement> all{
      {"malloc", address(watched_malloc)},
      {"calloc", address(watched_calloc)},
      {"realloc", address(watched_realloc)},
      {"posix_memalign", address(watched_posix_memalign)},
      {"aligned_alloc", address(watched_aligned_alloc)},
      {"memalign", address(watched_aligned_alloc)},
      {"strdup", address(watched_strdup)},
      {"mmap", address(watched_mmap)},
      {"mmap64", address(watched_mmap)},
      {"free", address(watched_free)},
      {"_ZdlPv", address(watched_delete)},
      {"_ZdaPv", address(watched_delete)},
      {"_ZdlPvm", address(watched_sized_delete)},
      {"_ZdaPvm", address(watched_sized_delete)},
      {"_Znwm", address(watched_new)},
      {"_Znam", address(watched_new)},
      {"clock_gettime", address(watched_clock_gettime)},
      {"gettimeofday", address(watched_gettimeofday)},
      {"time", address(watched_time)},
      {"clock", address(watched_clock)},
      {"rand", address(watched_rand)},
      {"random", address(watched_random)},
      {"getrandom", address(watched_getrandom)},
      {"fopen", address(watched_fopen)},
      {"fopen64", address(watched_fopen)},
      {"open", address(watched_open)},
      {"open64", address(watched_open)},
      {"getenv", address(watched_getenv)},
      {"fork", address(watched_fork)},
      {"vfork", address(watched_fork)},
      {"system", address(watched_system)},
      {"popen", address(watched_popen)},
      {"posix_spawn", address(watched_spawn)},
      {"posix_spawnp", address(watched_spawnp)},
      {"execve", address(watched_execve)},
      {"setlocale", address(watched_setlocale)},
      {"uselocale", address(watched_uselocale)},
      {"chdir", address(watched_chdir)},
      {"setenv", address(watched_setenv)},
      {"putenv", address(watched_putenv)},
      {"unsetenv", address(watched_unsetenv)},
      {"signal", address(watched_signal)},
      {"sigaction", address(watched_sigaction)},
      {"fesetround", address(watched_fesetround)},
      {"fesetenv", address(watched_fesetenv)},
  };
  return all;
}

/// Writes to a place that is read-only once relocations are done.
void overwrite(void** slot, void* value) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  auto* begin = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(slot) / page * page);
  if (::mprotect(begin, page, PROT_READ | PROT_WRITE) != 0) return;
  std::memcpy(static_cast<void*>(slot), &value, sizeof value);
}

/// The relocations of one library that name functions of others.
class Relocations {
 public:
  explicit Relocations(const link_map& map) : base_{map.l_addr} {
    for (const auto* entry = map.l_ld; entry->d_tag != DT_NULL; ++entry) {
      const auto address = entry->d_un.d_ptr;
      switch (entry->d_tag) {
        case DT_SYMTAB:
          symbols_ = reinterpret_cast<const Elf64_Sym*>(address);
          break;
        case DT_STRTAB:
          strings_ = reinterpret_cast<const char*>(address);
          break;
        case DT_RELA:
          rela_ = reinterpret_cast<const Elf64_Rela*>(address);
          break;
        case DT_RELASZ:
          rela_bytes_ = address;
          break;
        case DT_JMPREL:
          jump_ = reinterpret_cast<const Elf64_Rela*>(address);
          break;
        case DT_PLTRELSZ:
          jump_bytes_ = address;
          break;
        default:
          break;
      }
    }
  }
  template <class F>
  void each(F&& visit) const {
    walk(rela_, rela_bytes_, visit);
    walk(jump_, jump_bytes_, visit);
  }

 private:
  template <class F>
  void walk(const Elf64_Rela* table, std::uint64_t bytes, F& visit) const {
    for (std::size_t i = 0; table != nullptr && i < bytes / sizeof(Elf64_Rela); ++i) {
      const auto type = ELF64_R_TYPE(table[i].r_info);
      if (type != R_X86_64_GLOB_DAT && type != R_X86_64_JUMP_SLOT && type != R_X86_64_64) continue;
      const auto& symbol = symbols_[ELF64_R_SYM(table[i].r_info)];
      if (symbol.st_shndx != SHN_UNDEF) continue;
      visit(strings_ + symbol.st_name, reinterpret_cast<void**>(base_ + table[i].r_offset));
    }
  }
  std::uint64_t base_, rela_bytes_ = 0, jump_bytes_ = 0;
  const Elf64_Sym* symbols_ = nullptr;
  const char* strings_ = nullptr;
  const Elf64_Rela *rela_ = nullptr, *jump_ = nullptr;
};

}  // namespace

void install(const std::filesystem::path& file) {
  static std::set<std::filesystem::path> done;
  if (!done.insert(file).second) return;
  void* handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_NOLOAD);
  link_map* map = nullptr;
  if (handle == nullptr || ::dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0 || map == nullptr) {
    throw Error(ErrorKind::internal, file.string() + ": not loaded, so that it cannot be watched");
  }
  Relocations{*map}.each([](const char* name, void** slot) {
    for (const auto& one : replacements()) {
      if (std::strcmp(one.symbol, name) == 0) overwrite(slot, one.function);
    }
  });
}

void reset() noexcept {
  for (auto& number : calls) number = 0;
  allocations = 0;
}

std::vector<std::string> seen(Group group) {
  std::vector<std::string> all;
  for (int i = group_begins[static_cast<std::size_t>(group)];
       i < group_begins[static_cast<std::size_t>(group) + 1]; ++i) {
    const auto n = calls[static_cast<std::size_t>(i)].load();
    if (n > 0)
      all.push_back(std::string{names[static_cast<std::size_t>(i)]} +
                    (n > 1 ? " (" + std::to_string(n) + " times)" : ""));
  }
  return all;
}

std::int64_t count(Group group) noexcept {
  std::int64_t sum = 0;
  for (int i = group_begins[static_cast<std::size_t>(group)];
       i < group_begins[static_cast<std::size_t>(group) + 1]; ++i) {
    sum += calls[static_cast<std::size_t>(i)].load();
  }
  return sum;
}

std::int64_t blocks_held() noexcept { return held; }

void fail_allocation(std::int64_t n) noexcept {
  allocations = 0;
  failing = n;
}

}  // namespace ph::import_watch
