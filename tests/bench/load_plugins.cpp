// load_plugins <folder> <n>: how long a scan of the folder takes, and loading n of its plugins, plainly and by
// hash; as JSON. Each load in a child of its own, so that none is loaded before.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "plugin/catalog.hpp"

namespace {

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

struct Times {
  double scan = 0, load = 0;
};

Times measure(const char* folder, std::size_t n, const ph::HashCheck& check) {
  const auto began = now_ms();
  const auto catalog = ph::PluginCatalog::scan({{folder, ph::PluginTier::named, true}}, check);
  const auto scanned = now_ms();
  const auto components = catalog.components(PH_KIND_SCHEDULE);
  if (components.size() < n) std::exit(1);
  for (std::size_t i = 0; i < n; ++i) (void)catalog.load(components[i]);
  return {scanned - began, now_ms() - scanned};
}

Times in_child(const char* folder, std::size_t n, const ph::HashCheck& check) {
  int ends[2];
  if (pipe(ends) != 0) std::exit(1);
  if (fork() == 0) {
    const auto times = measure(folder, n, check);
    _exit(write(ends[1], &times, sizeof times) == sizeof times ? 0 : 1);
  }
  Times times;
  if (read(ends[0], &times, sizeof times) != sizeof times) std::exit(1);
  wait(nullptr);
  close(ends[0]);
  close(ends[1]);
  return times;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto n = static_cast<std::size_t>(std::atoi(argv[2]));
  Times plain{1e9, 1e9}, held{1e9, 1e9};
  for (int round = 0; round < 10; ++round) {  // the best: whatever else the machine does only adds
    const auto one = in_child(argv[1], n, {});
    const auto other = in_child(argv[1], n, [](const ph::PluginNote&, const std::string&) {});
    plain = {std::min(plain.scan, one.scan), std::min(plain.load, one.load)};
    held = {std::min(held.scan, other.scan), std::min(held.load, other.load)};
  }
  std::printf("{\"n\": %zu, \"scan_ms\": %.3f, \"load_ms\": %.3f, \"held_ms\": %.3f}\n", n, plain.scan,
              plain.load, held.load);
  return 0;
}
