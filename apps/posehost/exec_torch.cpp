#include "exec_torch.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "config/error.hpp"
#include "libtorch_places.hpp"
#include "program_paths.hpp"

namespace {

/// The dynamic loader's own message would be all that a user sees.
void check_libtorch_is_there() {
  std::string looked;
  for (const auto& place : libtorch_places()) {
    if (place.found) return;
    looked += (looked.empty() ? "" : ", ") + place.folder.string() + " (" + place.why + ")";
  }
  // LD_LIBRARY_PATH or the system's own list may know more; its small library is enough to tell.
  if (dlopen("libc10.so", RTLD_LAZY | RTLD_LOCAL) != nullptr) return;
  throw ph::Error(ph::ErrorKind::environment, "LibTorch is not there", "nothing in " + looked,
                  "LibTorch's libraries, of the version that posehost was built with",
                  "POSEHOST_LIBTORCH=DIR; `posehost doctor` tells more");
}

}  // namespace

void exec_torch(const std::vector<std::string>& args) {
  const auto program = torch_program();
  use_named_libtorch();
  if (access(program.c_str(), X_OK) == 0) check_libtorch_is_there();
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), args.begin(), args.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  throw ph::Error(ph::ErrorKind::environment, program.string() + ": cannot be started", std::strerror(errno),
                  "the program that computes, installed beside posehost", "posehost doctor");
}
