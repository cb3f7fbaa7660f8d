#pragma once
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "check/report.hpp"
#include "plugin/library.hpp"

namespace ph {

/// What cases may depend on.
struct CaseSettings {
  std::filesystem::path file;  ///< absolute
  std::uint64_t seed = 0;
  std::optional<std::pair<int, int>> glibc;  ///< --glibc: the highest version that is allowed
  std::filesystem::path scratch;             ///< where hooks may write; removed in the end
};

/// Ends a case early; what was found so far stands.
struct CaseEnd {};

/// What a case gets: settings, the component, and where it writes what it finds. Main thread.
class CaseRun {
 public:
  /// `progress` is told what is about to be called, so that a crash can be placed.
  CaseRun(CaseSettings settings, CaseReport& report, std::function<void(const std::string&)> progress);

  [[nodiscard]] const CaseSettings& settings() const noexcept { return settings_; }
  /// The component under test, loaded on first use. A plugin that cannot be loaded is refused.
  [[nodiscard]] const LoadedComponent& component();
  [[nodiscard]] const PluginLibrary& library();
  /// Numbers of this case and component alone: `purpose` tells several sequences apart.
  [[nodiscard]] std::uint64_t seed(std::uint64_t purpose = 0) const;
  /// A folder of this case's own.
  [[nodiscard]] std::string work_dir() const;

  void fail(std::string finding);  ///< goes on
  [[noreturn]] void fail_and_end(std::string finding);
  [[noreturn]] void skip(std::string why);
  void skipped(std::string why);  ///< the same for who has left the case already
  void note(std::string fact);
  void figure(const std::string& name, double value);
  void refuse(std::string finding);
  [[nodiscard]] bool failed() const noexcept { return report_.bad(); }

  /// Calls the plugin. `what` is written down first; an exception that comes out is a finding and ends
  /// the case.
  template <class F>
  auto call(const std::string& what, F&& function) {
    progress_(what);
    try {
      return function();
    } catch (const CaseEnd&) {
      throw;
    } catch (const Error&) {
      throw;  // ours, made of a status
    } catch (const std::exception& error) {
      thrown(what, error.what());
    } catch (...) {
      thrown(what, "of an unknown type");
    }
  }

 private:
  [[noreturn]] void thrown(const std::string& what, const std::string& text);
  CaseSettings settings_;
  CaseReport& report_;
  std::function<void(const std::string&)> progress_;
  std::optional<PluginLibrary> library_;
};

/// One case: once for the file, or once for each component of a kind.
struct CheckCase {
  const char* name;  ///< "<group>.<what>"
  const char* kind;  ///< PH_KIND_*; any_component; whole_file
  const char* doc;   ///< one line, for --list
  void (*run)(CaseRun&);
  bool alone = false;  ///< measures time: nothing else runs beside it
};
inline constexpr const char* whole_file = "";
inline constexpr const char* any_component = "*";

/// All cases, in the order in which they are reported.
[[nodiscard]] const std::vector<CheckCase>& check_cases();

/// One file a group.
void add_elf_cases(std::vector<CheckCase>& to);
void add_load_cases(std::vector<CheckCase>& to);
void add_contract_cases(std::vector<CheckCase>& to);
void add_config_cases(std::vector<CheckCase>& to);
void add_schedule_cases(std::vector<CheckCase>& to);
void add_hook_cases(std::vector<CheckCase>& to);
void add_param_groups_cases(std::vector<CheckCase>& to);
void add_draft_cases(std::vector<CheckCase>& to);
void add_optimizer_cases(std::vector<CheckCase>& to);
void add_optimizer_fault_cases(std::vector<CheckCase>& to);
void add_speed_cases(std::vector<CheckCase>& to);

}  // namespace ph
