#include <cmath>
#include <cstdio>
#include <thread>

#include "commands.hpp"
#include "config/error.hpp"
#include "run/run_lock.hpp"
#include "run/run_requests.hpp"
#include "run/run_status.hpp"

namespace {

std::filesystem::path work_dir;
std::string action_name;
std::vector<std::string> assignments;
double timeout_s = 30;

ph::RunRequest parse_assignment(const std::string& text, const ph::RunStatus& status) {
  const auto equals = text.find('=');
  std::size_t used = 0;
  ph::RunRequest request{"set", text.substr(0, equals), 0};
  try {
    if (equals != std::string::npos) request.value = std::stod(text.substr(equals + 1), &used);
  } catch (const std::exception&) {
    used = 0;
  }
  if (equals == std::string::npos || used == 0 || equals + 1 + used != text.size() ||
      !std::isfinite(request.value))
    throw ph::Error(ph::ErrorKind::usage, "ctl set: no number to set", text, "lr=0.0001");
  std::vector<std::string> known;
  for (const auto& [name, value] : status.hypers) {
    if (name == request.name) return request;
    known.push_back(name);
  }
  std::string names;
  for (const auto& name : known) names += (names.empty() ? "" : ", ") + name;
  throw ph::Error(ph::ErrorKind::usage, "ctl set: the run has no such number", request.name, names,
                  ph::did_you_mean(request.name, known));
}

// A request's file goes away when the run takes it.
bool taken(const std::filesystem::path& file) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(timeout_s);
  while (std::filesystem::exists(file)) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return true;
}

int control() {
  const auto status = ph::read_status(work_dir);
  const auto holder = ph::lock_holder(work_dir);
  if (!holder || !holder->alive()) {
    throw ph::Error(ph::ErrorKind::environment, work_dir.string() + ": no run is going on here",
                    status.state == "running" ? "it died" : status.state, "a living run",
                    "`posehost status " + work_dir.string() + "`");
  }
  std::vector<ph::RunRequest> requests;
  if (action_name == "set") {
    if (assignments.empty())
      throw ph::Error(ph::ErrorKind::usage, "ctl set: nothing to set", {},
                      "posehost ctl WORKDIR set lr=0.0001");
    for (const auto& text : assignments) requests.push_back(parse_assignment(text, status));
  } else if (!assignments.empty()) {
    throw ph::Error(ph::ErrorKind::usage, "ctl " + action_name + " takes no arguments", assignments.front());
  } else {
    requests.push_back({action_name, {}, 0});
  }
  std::filesystem::path last;
  for (const auto& request : requests) last = ph::post_request(work_dir, request);
  if (timeout_s <= 0) return 0;
  if (taken(last)) {
    std::printf("taken\n");
    return 0;
  }
  std::printf(
      "not taken within %.0f s; the run takes it after the iteration or evaluation that is going on\n",
      timeout_s);
  return 1;
}

}  // namespace

void add_ctl(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("ctl", "Steer a run: stop, save, evaluate, set lr=...");
  command->add_option("work_dir", work_dir, "Work dir of the run")->required()->type_name("WORKDIR");
  command->add_option("action", action_name, "stop (saves first), save, evaluate, or set")
      ->required()
      ->check(CLI::IsMember({"stop", "save", "evaluate", "set"}));
  command->add_option("values", assignments, "Of set: hyper-parameters of the optimizer")
      ->type_name("NAME=NUMBER");
  command->add_option("--timeout", timeout_s, "Seconds to wait for the run to take it (default 30; 0: none)")
      ->check(CLI::NonNegativeNumber);
  command->footer(
      "The run looks once a second, between iterations. Only its own user can ask. A value that is set "
      "takes\n"
      "the place of the config's: schedules and parameter groups go on from there. One that has values of "
      "its "
      "own\n"
      "(OneCycle, CyclicLR) goes on in proportion to the value of now. A resumed run keeps it unless the "
      "config "
      "has\n"
      "been edited since.\n"
      "Exit code: 0 taken, 1 not within --timeout, 2 usage, 4 no run was here, 6 no run is going on.\n"
      "Examples:\n"
      "  posehost ctl work_dirs/res50 save\n"
      "  posehost ctl work_dirs/res50 set lr=0.0001 weight_decay=0.05\n"
      "  posehost ctl work_dirs/res50 stop --timeout 600");
  command->callback([&action] { action = control; });
}
