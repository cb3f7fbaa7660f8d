// Loading: what static initialisers and the entry do.
#include <dlfcn.h>
#include <posehost/abi.h>

#include <chrono>
#include <cstring>

#include "check/case.hpp"
#include "check/import_watch.hpp"
#include "check/process_state.hpp"

namespace ph {
namespace {

void check_open(CaseRun& run) {
  const auto begin = std::chrono::steady_clock::now();
  const auto& library = run.library();
  const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begin;
  run.figure("load_ms", time.count());
  run.note(library.note().id + " " + library.note().version + ", " +
           std::to_string(library.components().size()) + " components");
  // Initialisers delay every start of posehost, `plugin list` excepted.
  if (time.count() > 500) run.fail("takes " + std::to_string(static_cast<int>(time.count())) + " ms to load");
}

void check_effects(CaseRun& run) {
  const auto before = ProcessState::now();
  static_cast<void>(run.library());
  for (const auto& change : before.changes_since()) run.fail(change + " when it is loaded");
}

void check_entry(CaseRun& run) {
  static_cast<void>(run.library());
  import_watch::install(run.settings().file);
  void* handle = ::dlopen(run.settings().file.c_str(), RTLD_NOW | RTLD_NOLOAD);
  const auto query = reinterpret_cast<ph_plugin_query_fn>(::dlsym(handle, PH_ENTRY_SYMBOL));
  import_watch::reset();
  const auto* first = run.call(PH_ENTRY_SYMBOL, query);
  const auto* second = run.call(PH_ENTRY_SYMBOL, query);
  if (first != second) run.fail("the entry returns another descriptor when it is asked again");
  for (const auto group :
       {import_watch::Group::memory, import_watch::Group::outside, import_watch::Group::process}) {
    for (const auto& name : import_watch::seen(group)) run.fail("the entry calls " + name);
  }
  if (first->reserved != 0)
    run.fail("ph_plugin.reserved is " + std::to_string(first->reserved) + ", expected 0");
}

/// The process ends in the usual way after this: destructors of globals run while nothing else lives.
void check_exit(CaseRun& run) { static_cast<void>(run.library()); }

}  // namespace

void add_load_cases(std::vector<CheckCase>& to) {
  to.push_back({"load.open", whole_file, "loads, and its descriptor says what its note says", check_open});
  to.push_back({"load.effects", whole_file,
                "no threads, processes, handlers, files, environment, locale, floating-point mode at load",
                check_effects});
  to.push_back({"load.entry", whole_file, "the entry returns the same constant descriptor and does no work",
                check_entry});
  to.push_back({"load.exit", whole_file, "the process can end with the plugin loaded", check_exit});
}

}  // namespace ph
