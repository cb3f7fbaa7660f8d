#include "plugin/library.hpp"

#include <boost/dll/shared_library.hpp>
#include <exception>
#include <list>
#include <map>
#include <mutex>
#include <utility>

#include "config/error.hpp"
#include "plugin/held_file.hpp"
#include "plugin/load_advice.hpp"
#include "plugin/negotiation.hpp"
#include "plugin/text_rules.hpp"
#include "plugin/trust.hpp"

namespace ph {

struct PluginLibrary::Impl {
  PluginNote note;
  std::vector<LoadedComponent> components;
};

namespace {

namespace dll = boost::dll;

/// Opened with rtld_now, so that a missing symbol shows here and not in the middle of a run; rtld_local,
/// so that no plugin's symbols reach another one.
dll::shared_library open_library(const std::filesystem::path& file) {
  try {
    return dll::shared_library{file, dll::load_mode::rtld_now | dll::load_mode::rtld_local};
  } catch (const std::exception& error) {
    const auto reason = loader_message(error.what());
    throw Error(ErrorKind::plugin, file.string() + ": cannot be loaded", printable(reason), {},
                load_advice(reason));
  }
}

/// The major version whose entry the library has in place of ours, or -1.
int other_entry(const dll::shared_library& library) {
  for (int major = 0; major < 100; ++major) {
    if (library.has(PH_ENTRY_SYMBOL_PREFIX + std::to_string(major))) return major;
  }
  return -1;
}

const ph_plugin* query(const dll::shared_library& library, const std::filesystem::path& file) {
  if (!library.has(PH_ENTRY_SYMBOL)) {
    const int other = other_entry(library);
    if (other < 0) {
      throw Error(ErrorKind::plugin, file.string() + ": the plugin has no entry",
                  std::string{"no exported symbol "} + PH_ENTRY_SYMBOL, "one, with default visibility",
                  "export it: the SDK's POSEHOST_PLUGIN macro does");
    }
    throw Error(
        ErrorKind::plugin, file.string() + ": the plugin's entry is of another major version of the ABI",
        "the entry of major version " + std::to_string(other),
        std::string{PH_ENTRY_SYMBOL} + ", of major version " + std::to_string(PH_ABI_MAJOR) + " (this host)",
        "a build of the plugin with an SDK of major version " + std::to_string(PH_ABI_MAJOR));
  }
  try {
    return library.get<const ph_plugin*()>(PH_ENTRY_SYMBOL)();
  } catch (...) {
    throw Error(ErrorKind::plugin, file.string() + ": the plugin's entry threw across the ABI",
                std::string{"a C++ exception from "} + PH_ENTRY_SYMBOL + "()", "a descriptor");
  }
}

/// Every library that was ever opened, whether or not it was of use. Never destroyed: instances may die
/// in any order at the end of the process, and closing a library under them would crash it.
struct Opened {
  std::mutex mutex;
  std::list<dll::shared_library> handles;
  std::map<std::filesystem::path, std::shared_ptr<const void>>
      libraries;  // accepted, by the path that was loaded
};
Opened& opened() {
  static auto& all = *new Opened;
  return all;
}

}  // namespace

PluginLibrary PluginLibrary::open(const std::filesystem::path& path, const HashCheck& check) {
  std::error_code failure;
  const auto file = std::filesystem::canonical(path, failure);
  if (failure) {
    throw Error(ErrorKind::plugin, path.string() + ": cannot be opened", failure.message(), "a plugin file");
  }
  const std::lock_guard lock{opened().mutex};
  const auto held = check ? hold_file(file) : HeldFile{{}, file};
  PluginLibrary library;
  auto& known = opened().libraries[held.copy];
  if (known) {
    library.impl_ = std::static_pointer_cast<const Impl>(known);
    if (check) check(library.note(), held.sha256);
    return library;
  }
  check_plugin_file(path);
  auto impl = std::make_shared<Impl>();
  impl->note = read_note(held.copy);
  impl->note.file = file;
  judge_note(impl->note);
  if (check) check(impl->note, held.sha256);
  const auto& handle = opened().handles.emplace_back(open_library(held.copy));
  impl->components = read_descriptor(query(handle, file), impl->note);
  known = impl;
  library.impl_ = std::move(impl);
  return library;
}

const PluginNote& PluginLibrary::note() const noexcept { return impl_->note; }
const std::vector<LoadedComponent>& PluginLibrary::components() const noexcept { return impl_->components; }

}  // namespace ph
