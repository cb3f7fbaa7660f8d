#include "run/run_requests.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <thread>

#include "run/run_status.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/temp_folder.hpp"

using test::ContainsSubstring;

namespace {

// The run looks once a second.
std::vector<ph::RunRequest> take(ph::RunRequests& requests) {
  std::this_thread::sleep_for(std::chrono::milliseconds(1050));
  return requests.take();
}

}  // namespace

TEST_CASE("Requests reach the run in their order, once", "[run][requests]") {
  const test::TempFolder folder;
  ph::RunRequests requests(folder.path());
  CHECK(requests.take().empty());
  const auto file = ph::post_request(folder.path(), {"save", "", 0});
  ph::post_request(folder.path(), {"set", "lr", 0.25});
  CHECK(std::filesystem::exists(file));
  const auto taken = take(requests);
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].action == "save");
  CHECK((taken[1].action == "set" && taken[1].name == "lr" && taken[1].value == 0.25));
  CHECK_FALSE(std::filesystem::exists(file));
  CHECK(take(requests).empty());
}

TEST_CASE("A request comes after those that are there, whatever the clock says", "[run][requests][clock]") {
  const test::TempFolder folder;
  ph::RunRequests requests(folder.path());
  // Of a clock that is ahead of this one, by a day.
  char name[64];
  std::snprintf(name, sizeof name, "%017.6f-1.json", ph::unix_time() + 86400);
  const auto ahead = folder.path() / "requests" / name;
  std::ofstream(ahead) << R"({"action": "save"})";
  chmod(ahead.c_str(), 0600);
  ph::post_request(folder.path(), {"evaluate", "", 0});
  ph::post_request(folder.path(), {"stop", "", 0});
  const auto taken = take(requests);
  REQUIRE(taken.size() == 3);
  CHECK((taken[0].action == "save" && taken[1].action == "evaluate" && taken[2].action == "stop"));
}

TEST_CASE("What is no request, or not the user's, is removed", "[run][requests][error]") {
  const test::TempFolder folder;
  ph::RunRequests requests(folder.path());
  const auto in = folder.path() / "requests";
  std::ofstream(in / "1.json") << "not json";
  std::ofstream(in / "2.json") << R"({"action": "explode"})";
  std::ofstream(in / "3.json") << R"({"action": "set", "name": "lr"})";
  std::ofstream(in / "4.json") << R"({"action": "stop"})";
  chmod((in / "4.json").c_str(), 0666);  // anybody could have written it
  std::filesystem::create_symlink("/etc/passwd", in / "5.json");
  REQUIRE(mkfifo((in / "6.json").c_str(), 0600) == 0);  // would block who opens it
  std::ofstream(in / "7.json") << std::string(5000, ' ') << R"({"action": "stop"})";
  std::ofstream(in / "8.json") << R"({"action": "save"})";
  const auto taken = take(requests);
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].action == "save");
  CHECK(std::filesystem::is_empty(in));
}

TEST_CASE("A folder that others can write to takes no requests", "[run][requests][error]") {
  const test::TempFolder folder;
  std::filesystem::create_directory(folder.path() / "requests");
  chmod((folder.path() / "requests").c_str(), 0777);
  ph::RunRequests requests(folder.path());
  ph::post_request(folder.path(), {"stop", "", 0});
  CHECK(take(requests).empty());
}

TEST_CASE("Requests of before a run are forgotten; without a run there is no place for them",
          "[run][requests]") {
  const test::TempFolder folder;
  CHECK_THAT(test::error_of([&] {
               ph::post_request(folder.path(), {"stop", "", 0});
             }),
             ContainsSubstring("no run takes requests here"));
  { ph::RunRequests before(folder.path()); }
  ph::post_request(folder.path(), {"stop", "", 0});
  ph::RunRequests requests(folder.path());
  CHECK(take(requests).empty());
}
