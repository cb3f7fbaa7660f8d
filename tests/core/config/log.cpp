#include "log/log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "config/args.hpp"
#include "config_folder.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using test::ConfigFolder;
using test::ContainsSubstring;

namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// Sends stderr to a file for the time of `run`; returns what was written.
template <class Run>
std::string stderr_of(const std::filesystem::path& file, Run&& run) {
  std::fflush(stderr);
  const int saved = dup(STDERR_FILENO);
  const int target = open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
  dup2(target, STDERR_FILENO);
  close(target);
  run();
  std::fflush(stderr);
  dup2(saved, STDERR_FILENO);
  close(saved);
  return text_of(file);
}

}  // namespace

TEST_CASE("a person sees plain lines, the file has time, name and level", "[log]") {
  const ConfigFolder folder;
  const auto file = folder.path() / "run.log";
  const auto shown = stderr_of(folder.path() / "stderr", [&] {
    ph::log_to_file(file);
    ph::log_info("epoch {} done");  // braces are text
    ph::log_warn("disk nearly full");
    ph::log_debug("not shown");
    ph::close_log_file();
    ph::log_info("after the run");
  });
  CHECK(shown == "epoch {} done\nwarning: disk nearly full\nafter the run\n");
  const std::regex lines(R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - posehost - INFO - epoch \{\} done\n)"
                         R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - posehost - WARNING - disk nearly full\n)");
  CAPTURE(text_of(file));
  CHECK(std::regex_match(text_of(file), lines));
}

TEST_CASE("levels have Python's names", "[log]") {
  const ConfigFolder folder;
  const auto shown = stderr_of(folder.path() / "stderr", [] {
    ph::set_log_level("debug");
    ph::log_debug("detail");
    ph::set_log_level("WARNING");
    ph::log_info("hidden");
    ph::log_error("bad");
    ph::set_log_level("INFO");
  });
  CHECK(shown == "detail\nerror: bad\n");
  CHECK_THAT(test::error_of([] { ph::set_log_level("INFOS"); }), ContainsSubstring("did you mean \"INFO\"?"));
}

TEST_CASE("the progress line makes way for a line of the log", "[log]") {
  const ConfigFolder folder;
  const auto shown = stderr_of(folder.path() / "stderr", [] {
    ph::set_progress_redraw([](bool hide) { std::fputs(hide ? "<hide>" : "<draw>", stderr); });
    ph::log_info("line");
    ph::log_debug("nothing");
    ph::set_progress_redraw({});
    ph::log_info("last");
  });
  CHECK(shown == "<hide>line\n<draw>last\n");
}

TEST_CASE("a log file that cannot be written is an error", "[log][error]") {
  const ConfigFolder folder;
  folder.write("file", "");
  const auto text = test::error_of([&] { ph::log_to_file(folder.path() / "file" / "run.log"); });
  CHECK_THAT(text, ContainsSubstring("the log file cannot be written"));
}

namespace {

struct WithIgnored {
  int depth = 1;
  static const ph::ArgTable<WithIgnored>& table() {
    static const auto t = ph::ArgTable<WithIgnored>("a part")
                              .arg("depth", &WithIgnored::depth, "layers")
                              .ignored("with_cp", "the host keeps memory small");
    return t;
  }
};

}  // namespace

TEST_CASE("an argument that means nothing here is said once, at debug level", "[log][config][args]") {
  const ConfigFolder folder;
  const auto shown = stderr_of(folder.path() / "stderr", [] {
    const auto node = ph::Node::parse("{\"with_cp\": true}", "c.json");
    ph::set_log_level("DEBUG");
    static_cast<void>(WithIgnored::table().read(node));
    static_cast<void>(WithIgnored::table().read(node));
    ph::set_log_level("INFO");
  });
  CHECK(shown == "c.json:1: /with_cp: \"with_cp\" is not used: the host keeps memory small\n");
}
