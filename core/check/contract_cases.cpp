// What every component promises, whatever its kind.
#include <posehost/abi.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "check/case.hpp"
#include "check/exercise.hpp"
#include "check/fake_host.hpp"
#include "check/import_watch.hpp"
#include "check/process_state.hpp"
#include "plugin/declared.hpp"
#include "plugin/instance.hpp"
#include "service/services.hpp"

namespace ph {
namespace {

void check_tables(CaseRun& run) {
  const auto& component = run.component();
  static_cast<void>(copy_kind_table(component));  // an Error is a finding
  if (component.doc.empty()) run.fail("has no line of documentation");
}

/// The schema's x-role and the list of hyper-parameters come from one source, or should.
void compare_role(CaseRun& run, const std::vector<HyperInfo>& hypers, const std::string& pointer,
                  const Json& role) {
  static const std::vector<std::string> roles{"none", "lr", "momentum", "weight_decay"};
  for (const auto& hyper : hypers) {
    if (hyper.pointer != pointer) continue;
    if (role.get<std::string>() != roles.at(static_cast<std::size_t>(hyper.role))) {
      run.fail("the schema gives " + pointer + " the role " + role.get<std::string>() + ", the table " +
               roles.at(static_cast<std::size_t>(hyper.role)));
    }
    return;
  }
  run.fail("the schema gives " + pointer + " a role, the table has no hyper-parameter there");
}

void check_hypers(CaseRun& run) {
  const auto args = working_args(run);
  const auto& component = run.component();
  const auto table = std::get<ph_optimizer_api>(copy_kind_table(component));
  const auto hypers = read_hypers(table, component, Node::from_json(args));
  if (table.reserved != 0)
    run.fail("ph_optimizer_api.reserved is " + std::to_string(table.reserved) + ", expected 0");
  const auto properties = Json::parse(component.schema).value("properties", Json::object());
  for (const auto& [name, property] : properties.items()) {
    const auto role = property.find("x-role");
    if (role == property.end()) continue;
    if (role->is_string()) compare_role(run, hypers, "/" + name, *role);
    for (std::size_t i = 0; role->is_array() && i < role->size(); ++i) {
      compare_role(run, hypers, "/" + name + "/" + std::to_string(i), (*role)[i]);
    }
  }
}

/// Calls `fill` with every capacity from the header up: no byte beyond it may be written, and what it says
/// it honoured cannot be more.
template <class T, class F>
void check_capacity(CaseRun& run, Trial& trial, const char* name, F&& fill) {
  for (std::size_t capacity = 8; capacity <= sizeof(T) + 64; capacity += 4) {
    std::vector<unsigned char> bytes(sizeof(T) + 256, 0xA5);
    T out{};
    out.size = static_cast<std::uint32_t>(capacity);
    std::memcpy(bytes.data(), &out, std::min(capacity, sizeof out));
    const auto status = run.call(name, [&] { return fill(reinterpret_cast<T*>(bytes.data())); });
    for (std::size_t i = capacity; i < bytes.size(); ++i) {
      if (bytes[i] != 0xA5) {
        run.fail_and_end(std::string{name} + " wrote beyond the " + std::to_string(capacity) +
                         " bytes that it was given");
      }
    }
    std::uint32_t honoured = 0;
    std::memcpy(&honoured, bytes.data(), sizeof honoured);
    if (trial.accept(status, name) && honoured > capacity) {
      run.fail_and_end(std::string{name} + " says it wrote " + std::to_string(honoured) + " bytes of " +
                       std::to_string(capacity));
    }
  }
}

void check_output(CaseRun& run) {
  Trial trial{run, run.component(), working_args(run)};
  if (!trial.made()) return;
  if (const auto* optimizer = std::get_if<ph_optimizer_api>(&trial.table())) {
    check_capacity<ph_slots>(run, trial, "slots",
                             [&](ph_slots* out) { return optimizer->slots(trial.self(), out); });
  } else if (const auto* hook = std::get_if<ph_hook_api>(&trial.table())) {
    check_capacity<ph_hook_info>(run, trial, "info",
                                 [&](ph_hook_info* out) { return hook->info(trial.self(), out); });
  } else {
    run.skip("this kind writes no struct");
  }
}

void check_declared(CaseRun& run) {
  const PluginInstance instance{run.component(), Node::from_json(working_args(run))};
  if (run.component().kind == PH_KIND_OPTIMIZER) static_cast<void>(slots_of(instance));
  if (run.component().kind == PH_KIND_HOOK) {
    const auto info = hook_info_of(instance);
    static_cast<void>(hook_slots_of(instance));
    if (info.stages == 0) run.note("wants no stage with these arguments");
    if ((info.flags & ~PH_HOOK_MUTATES) != 0)
      run.fail("flags that this ABI does not have: " + std::to_string(info.flags));
  }
}

void check_extension(CaseRun& run) {
  const auto get = run.component().component.get_extension;
  if (get == nullptr) run.skip("has no get_extension");
  const std::string zeros(64, '\0');
  for (const std::string_view id : {std::string_view{"posehost.check.no-such-thing/0"}, std::string_view{},
                                    std::string_view{"posehost"}, std::string_view{zeros}}) {
    if (run.call("get_extension", [&] { return get(to_ph(id)); }) != nullptr) {
      run.fail("get_extension returns something for an id that does not exist");
    }
  }
}

void check_destroy(CaseRun& run) {
  const auto table = copy_kind_table(run.component());
  run.call("destroy(NULL)", [&] {
    std::visit([](const auto& api) { api.destroy(nullptr); }, table);
    return 0;
  });
  // Several at once, ended in another order than made.
  const auto args = working_args(run);
  auto first = std::make_unique<Trial>(run, run.component(), args);
  Trial second{run, run.component(), args};
  exercise(run, second, true);
  first.reset();
  exercise(run, second, true);
}

/// Caches fill up first; then it is the same each time.
template <class F>
void check_growth(CaseRun& run, const std::string& what, F&& cycle) {
  constexpr int warm = 3, rounds = 10;
  for (int i = 0; i < warm; ++i) cycle();
  const auto before = import_watch::blocks_held();
  for (int i = 0; i < rounds; ++i) cycle();
  const auto blocks = (import_watch::blocks_held() - before) / rounds;
  if (blocks > 0) run.fail(what + " leaves " + std::to_string(blocks) + " blocks of memory behind each time");
}

void check_leaks(CaseRun& run) {
  const auto args = working_args(run);
  import_watch::install(run.settings().file);
  check_growth(run, "create, use, destroy", [&] {
    Trial trial{run, run.component(), args};
    exercise(run, trial, true);
  });
  // After a failed create nothing may be left behind, and destroy is not called.
  check_growth(run, "a create that fails", [&] {
    Trial trial{run, run.component(), args, ConfigFault::wrong_type};
  });
}

enum class Attempt { fine, broken, aborted, enough };

/// In a process of its own: how it ends is the answer.
Attempt fail_one(CaseRun& run, const Json& args, std::int64_t n) {
  const auto child = ::fork();
  if (child < 0) run.fail_and_end("internal: fork failed");
  if (child == 0) {
    import_watch::fail_allocation(n);
    {
      Trial trial{run, run.component(), args};
      exercise(run, trial, true);
    }
    std::_Exit(run.failed() ? 1 : import_watch::count(import_watch::Group::memory) <= n ? 2 : 0);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) {
    return WEXITSTATUS(status) == 0   ? Attempt::fine
           : WEXITSTATUS(status) == 2 ? Attempt::enough
                                      : Attempt::broken;
  }
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? Attempt::aborted : Attempt::broken;
}

/// An abort is a note and no finding: C++ libraries such as nlohmann/json allocate in destructors, where
/// std::terminate() is all that is left.
void check_memory(CaseRun& run) {
  const auto args = working_args(run);
  import_watch::install(run.settings().file);
  std::int64_t n = 0, aborted = 0;
  for (; n < 250; ++n) {
    const auto attempt = fail_one(run, args, n);
    if (attempt == Attempt::enough) break;
    if (attempt == Attempt::aborted) ++aborted;
    if (attempt == Attempt::broken) {
      run.fail_and_end("breaks where allocation number " + std::to_string(n + 1) +
                       " fails; expected PH_ERR_OUT_OF_MEMORY and a text");
    }
  }
  run.note(std::to_string(n) + " allocations failed in turn, " + std::to_string(aborted) +
           " ended in std::terminate");
}

void check_services(CaseRun& run) {
  for (const auto& args : working_args(run, 2)) {
    const auto before = services();
    Services none;
    none.random = false;
    set_services(none);
    {
      Trial trial{run, run.component(), args};
      exercise(run, trial, true);
    }
    set_services(before);
  }
}

void check_process(CaseRun& run) {
  static_cast<void>(run.component());
  import_watch::install(run.settings().file);
  const auto before = ProcessState::now();
  import_watch::reset();
  const auto args = working_args(run);
  {
    Trial trial{run, run.component(), args};
    exercise(run, trial, true);
  }
  for (const auto& change : before.changes_since()) run.fail(change);
  for (const auto& name : import_watch::seen(import_watch::Group::process)) run.fail("calls " + name);
}

}  // namespace

void add_contract_cases(std::vector<CheckCase>& to) {
  to.push_back(
      {"contract.tables", any_component, "sizes, functions that must be there, capabilities", check_tables});
  to.push_back({"contract.hypers", PH_KIND_OPTIMIZER,
                "hyper-parameters: names, roles, pointers, as in the schema", check_hypers});
  to.push_back({"contract.declared", any_component, "slots, stages, priority make sense", check_declared});
  to.push_back(
      {"contract.output", any_component, "output structs are filled within their capacity", check_output});
  to.push_back(
      {"contract.extension", any_component, "get_extension knows what it does not know", check_extension});
  to.push_back({"contract.destroy", any_component, "destroy takes NULL; instances live and die in any order",
                check_destroy});
  to.push_back(
      {"contract.leaks", any_component, "create, use and destroy leave no memory behind", check_leaks});
  to.push_back({"contract.memory", any_component, "every allocation may fail", check_memory});
  to.push_back({"contract.services", any_component, "a host without services: works, or says what is missing",
                check_services});
  to.push_back({"contract.process", any_component,
                "no threads, processes, handlers, locale, … are left or called", check_process});
}

}  // namespace ph
