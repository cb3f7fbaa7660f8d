// What a plugin file is, by its headers alone: none of its code runs.
#include <elf.h>
#include <posehost/abi.h>

#include <algorithm>
#include <array>
#include <set>
#include <sstream>
#include <string_view>

#include "check/case.hpp"
#include "check/elf_image.hpp"
#include "plugin/negotiation.hpp"
#include "plugin/note.hpp"
#include "plugin/trust.hpp"

namespace ph {
namespace {

// libpthread, libdl and librt are empty since glibc 2.34 and parts of it before.
constexpr std::array<std::string_view, 7> allowed_libraries{
    "libc.so.6",       "libm.so.6", "ld-linux-x86-64.so.2", "libgcc_s.so.1", "libdl.so.2",
    "libpthread.so.0", "librt.so.1"};
constexpr std::array<std::string_view, 4> openmp_libraries{"libgomp.", "libomp.", "libiomp", "libomp5."};

bool is_allowed(const std::string& library) {
  return std::find(allowed_libraries.begin(), allowed_libraries.end(), library) != allowed_libraries.end();
}

ElfImage image_of(CaseRun& run) {
  try {
    return ElfImage::read(run.settings().file);
  } catch (const Error& error) {
    run.refuse(error.summary() + (error.found().empty() ? "" : "; found " + error.found()));
    throw CaseEnd{};
  }
}

/// ph_plugin.libraries, by the note; empty where there is no note, which another case reports.
std::set<std::string> declared_libraries(CaseRun& run) {
  std::set<std::string> names;
  try {
    std::istringstream words{read_note(run.settings().file).libraries};
    for (std::string word; words >> word;) names.insert(word);
  } catch (const Error&) {
  }
  return names;
}

void check_note(CaseRun& run) {
  try {
    check_plugin_file(run.settings().file);
    judge_note(read_note(run.settings().file));
  } catch (const Error& error) {
    std::string text = error.summary();
    if (!error.found().empty()) text += "; found " + error.found();
    if (!error.expected().empty()) text += "; expected " + error.expected();
    run.refuse(std::move(text));
  }
}

void check_exports(CaseRun& run) {
  std::vector<std::string> others;
  bool entry = false;
  for (const auto& symbol : image_of(run).symbols) {
    if (!symbol.defined) continue;
    if (symbol.name == PH_ENTRY_SYMBOL) {
      entry = true;
    } else {
      others.push_back(symbol.name + (symbol.unique ? " (unique in the process)" : ""));
    }
  }
  if (!entry) run.fail(std::string{"does not export "} + PH_ENTRY_SYMBOL);
  if (others.empty()) return;
  std::string text = "exports " + std::to_string(others.size()) + " symbols besides the entry: " + others[0];
  if (others.size() > 1) text += ", " + others[1] + (others.size() > 2 ? ", …" : "");
  run.fail(text + "; link with the SDK's version script");
}

void check_libraries(CaseRun& run) {
  const auto image = image_of(run);
  const auto declared = declared_libraries(run);
  for (const auto& library : image.needed) {
    if (is_allowed(library) || declared.count(library) != 0) continue;
    const bool cpp = library.rfind("libstdc++.", 0) == 0 || library.rfind("libc++", 0) == 0;
    run.fail("needs " + library + ", which it does not declare" +
             (cpp ? "; link with -static-libstdc++ -static-libgcc" : "; name it in POSEHOST_LIBRARIES"));
  }
  for (const auto& library : image.filters) run.fail("is a filter for " + library);
}

void check_openmp(CaseRun& run) {
  for (const auto& library : image_of(run).needed) {
    const auto is = [&](std::string_view name) { return library.rfind(name, 0) == 0; };
    if (std::any_of(openmp_libraries.begin(), openmp_libraries.end(), is)) {
      run.fail("needs " + library + ": two OpenMP runtimes in one process crash or crawl");
    }
  }
}

void check_symbols(CaseRun& run) {
  const auto image = image_of(run);
  const auto declared = declared_libraries(run);
  for (const auto& symbol : image.symbols) {
    if (symbol.defined || symbol.weak) continue;
    if (!symbol.library.empty()) {
      if (!is_allowed(symbol.library) && declared.count(symbol.library) == 0) {
        run.fail("takes " + symbol.name + " from " + symbol.library);
      }
    } else if (declared.empty()) {
      // glibc and libgcc_s give every symbol a version.
      run.fail("the symbol " + symbol.name + " is in no library that it may use; link with -Wl,-z,defs");
    }
  }
}

void check_text_relocations(CaseRun& run) {
  if (image_of(run).text_relocations) run.fail("has relocations in its code; compile with -fPIC");
}

void check_segments(CaseRun& run) {
  const auto image = image_of(run);
  if (!image.stack_header || image.executable_stack) {
    run.fail(
        "asks for an executable stack; mark assembly files with .note.GNU-stack, or link with "
        "-Wl,-z,noexecstack");
  }
  if (image.writable_code) run.fail("has a segment that is writable and executable");
}

void check_paths(CaseRun& run) {
  const auto image = image_of(run);
  for (const auto& path : image.rpath)
    run.fail("DT_RPATH \"" + path + "\": it counts for other libraries too");
  for (const auto& path : image.runpath) {
    if (path.rfind("$ORIGIN", 0) != 0 && path.rfind("${ORIGIN}", 0) != 0) {
      run.fail("DT_RUNPATH \"" + path +
               "\": a path of the machine where it was built; only $ORIGIN is portable");
    }
  }
}

void check_flags(CaseRun& run) {
  const auto image = image_of(run);
  if (image.flags_1 & DF_1_INITFIRST) run.fail("DF_1_INITFIRST: wants to be initialised before all others");
  if (image.flags_1 & DF_1_INTERPOSE) run.fail("DF_1_INTERPOSE: wants to replace symbols of others");
  if (image.flags_1 & DF_1_GLOBAL) run.fail("DF_1_GLOBAL: wants its symbols to be seen by others");
  if (image.flags_1 & DF_1_NOOPEN) run.fail("DF_1_NOOPEN: cannot be loaded by a running program");
  if (image.flags & DF_STATIC_TLS) {
    run.fail(
        "DF_STATIC_TLS: loads only while a small common store lasts; compile without "
        "-ftls-model=initial-exec");
  }
}

/// "2.34" of "GLIBC_2.34".
std::optional<std::pair<int, int>> glibc_version(const std::string& version) {
  int major = 0, minor = 0;
  if (std::sscanf(version.c_str(), "GLIBC_%d.%d", &major, &minor) != 2) return std::nullopt;
  return std::pair{major, minor};
}

void check_glibc(CaseRun& run) {
  std::pair<int, int> highest{0, 0};
  std::string example;
  for (const auto& symbol : image_of(run).symbols) {
    const auto version = glibc_version(symbol.version);
    if (version && *version > highest) {
      highest = *version;
      example = symbol.name;
    }
  }
  if (highest.first == 0) return run.note("needs no version of glibc");
  const auto text = [](const std::pair<int, int>& version) {
    return std::to_string(version.first) + "." + std::to_string(version.second);
  };
  run.note("needs glibc " + text(highest) + " (for " + example + ")");
  const auto& limit = run.settings().glibc;
  if (limit && highest > *limit) {
    run.fail("needs glibc " + text(highest) + " for " + example + "; expected at most " + text(*limit) +
             "; build it on an older system");
  }
}

}  // namespace

void add_elf_cases(std::vector<CheckCase>& to) {
  to.push_back(
      {"file.note", whole_file, "permissions, note and versions: what the host looks at first", check_note});
  to.push_back({"elf.exports", whole_file, "one exported symbol, the entry", check_exports});
  to.push_back(
      {"elf.libraries", whole_file, "needs libc, libm, ld, libgcc_s and what it declares", check_libraries});
  to.push_back({"elf.openmp", whole_file, "brings no OpenMP runtime", check_openmp});
  to.push_back({"elf.symbols", whole_file, "no undefined symbol beyond those libraries", check_symbols});
  to.push_back({"elf.text_relocations", whole_file, "position-independent code", check_text_relocations});
  to.push_back({"elf.segments", whole_file, "no executable stack, no writable code", check_segments});
  to.push_back({"elf.paths", whole_file, "no search paths of the machine where it was built", check_paths});
  to.push_back({"elf.flags", whole_file, "no flags that reach beyond the plugin", check_flags});
  to.push_back(
      {"elf.glibc", whole_file, "the highest version of glibc it needs; --glibc sets a limit", check_glibc});
}

}  // namespace ph
