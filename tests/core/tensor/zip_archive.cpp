#include "tensor/zip_archive.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/error_of.hpp"

using test::ContainsSubstring;

namespace {

std::string number(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(i < 8 ? value >> 8 * i : 0);
  return text;
}

/// What a directory says of an entry; each member may be a lie.
struct Entry {
  std::string name, data;
  std::uint64_t size, packed;
  std::uint64_t method = 0, flags = 0;
  std::int64_t at = -1;  ///< where its header is; -1: the truth
  std::string extra;
  Entry(std::string n, std::string d)
      : name(std::move(n)), data(std::move(d)), size(data.size()), packed(size) {}
};

std::string archive(const std::vector<Entry>& entries, const std::string& tail = {}) {
  std::string bytes, directory;
  for (const auto& entry : entries) {
    const auto at = entry.at < 0 ? bytes.size() : static_cast<std::uint64_t>(entry.at);
    bytes += "PK\x03\x04" + number(20, 2) + number(8, 2) + number(0, 2 + 8) + number(0, 8) +
             number(entry.name.size(), 2) + number(0, 2) + entry.name + entry.data;
    directory += "PK\x01\x02" + number(20, 2) + number(20, 2) + number(8 | entry.flags, 2) +
                 number(entry.method, 2) + number(0, 8) + number(entry.packed, 4) + number(entry.size, 4) +
                 number(entry.name.size(), 2) + number(entry.extra.size(), 2) + number(0, 2 + 2 + 2 + 4) +
                 number(at, 4) + entry.name + entry.extra;
  }
  const auto begin = bytes.size();
  const auto count = number(entries.size(), 2);
  return bytes + directory + "PK\x05\x06" + number(0, 4) + count + count + number(directory.size(), 4) +
         number(begin, 4) + number(0, 2) + tail;
}

std::string error_of(const std::string& bytes) {
  return test::error_of([&] { (void)ph::read_zip_archive("x.pth", bytes); });
}

Entry changed(const std::function<void(Entry&)>& change) {
  Entry entry("a", "12345");
  change(entry);
  return entry;
}

}  // namespace

TEST_CASE("entries of a zip archive are pieces of it", "[zip]") {
  const auto bytes = archive({{"a/b", "12345"}, {"empty", ""}, {"c", "6"}});
  const auto files = ph::read_zip_archive("x.pth", bytes);
  CHECK(files.size() == 3);
  CHECK(files.at("a/b") == "12345");
  CHECK(files.at("empty").empty());
  CHECK(files.at("c") == "6");
  CHECK(ph::read_zip_archive("x.pth", archive({})).empty());
}

TEST_CASE("sizes beyond 4 GiB stand in a field of their own", "[zip]") {
  const auto wide = changed([](Entry& e) {
    e.size = e.packed = 0xffffffff;
    e.extra =
        number(0x4246, 2) + number(2, 2) + "ZZ" + number(1, 2) + number(16, 2) + number(5, 8) + number(5, 8);
  });
  CHECK(ph::read_zip_archive("x.pth", archive({wide})).at("a") == "12345");
  const auto claims = changed([](Entry& e) {
    e.size = e.packed = 0xffffffff;
    e.extra = number(1, 2) + number(16, 2) + number(10'000'000'000, 8) + number(10'000'000'000, 8);
  });
  CHECK_THAT(error_of(archive({claims})), ContainsSubstring("of 10000000000 bytes"));
}

TEST_CASE("a zip archive that lies is refused", "[zip][error]") {
  const auto good = archive({{"a", "12345"}});
  CHECK_THAT(error_of(""), ContainsSubstring("truncated"));
  CHECK_THAT(error_of(good.substr(0, good.size() - 1)), ContainsSubstring("truncated"));
  CHECK_THAT(error_of(good + "x"), ContainsSubstring("truncated"));
  CHECK_THAT(error_of(archive({{"a", "1"}, {"a", "2"}})), ContainsSubstring("two entries \"a\""));
  CHECK_THAT(error_of(archive({changed([](Entry& e) { e.size = e.packed = 6; })})),
             ContainsSubstring("past the directory"));
  CHECK_THAT(error_of(archive({changed([](Entry& e) { e.size = 4000; })})), ContainsSubstring("compressed"));
  CHECK_THAT(error_of(archive({changed([](Entry& e) { e.method = 8; })})), ContainsSubstring("compressed"));
  CHECK_THAT(error_of(archive({changed([](Entry& e) { e.flags = 1; })})), ContainsSubstring("encrypted"));
  CHECK_THAT(error_of(archive({changed([](Entry& e) { e.at = 1; })})), ContainsSubstring("no entry where"));
  CHECK_THAT(error_of(archive({changed([](Entry& e) { e.at = 9999; })})), ContainsSubstring("past the end"));
  // A second entry whose header lies in the first one's data.
  const auto inner = archive({{"b", "1"}});
  auto overlapping = Entry("b", "1");
  overlapping.at = 31;
  CHECK_THAT(error_of(archive({{"a", inner}, overlapping})), ContainsSubstring("overlaps"));
}
