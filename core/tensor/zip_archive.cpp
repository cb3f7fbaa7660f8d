#include "tensor/zip_archive.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "tensor/byte_reader.hpp"

namespace ph {
namespace {

constexpr std::uint32_t local_header = 0x04034b50, directory_header = 0x02014b50, end_record = 0x06054b50,
                        wide_end_record = 0x06064b50, wide_locator = 0x07064b50;
constexpr std::size_t end_size = 22, locator_size = 20, wide_end_size = 56, directory_header_size = 46;
constexpr std::uint32_t see_wide = 0xffffffff;  // the number stands in the 64-bit record
constexpr std::uint16_t encrypted = 1, sizes_follow = 8;

struct Entry {
  std::string_view name;
  std::uint64_t header = 0, size = 0;
  std::uint16_t flags = 0;
};
struct Directory {
  std::uint64_t begin = 0, size = 0, entries = 0;
};

class ZipReader {
 public:
  ZipReader(const std::filesystem::path& path, std::string_view bytes) : path_{path}, bytes_{bytes} {}

  std::map<std::string_view, std::string_view> read() const {
    const auto directory = find_directory();
    auto entries = read_directory(directory);
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.header < b.header; });
    std::map<std::string_view, std::string_view> files;
    std::uint64_t at = 0;
    for (const auto& entry : entries) {
      if (entry.header < at) damaged("entry " + quoted(entry.name) + " overlaps another one");
      const auto data = entry_data(entry, directory.begin);
      at = static_cast<std::uint64_t>(data.data() - bytes_.data()) + data.size();
      if (!files.emplace(entry.name, data).second) damaged("two entries " + quoted(entry.name));
    }
    return files;
  }

 private:
  [[noreturn]] void damaged(const std::string& found) const {
    refuse_file(path_, "damaged zip archive", found, "an archive as torch.save writes it",
                "copy or download the file again");
  }
  static std::string quoted(std::string_view name) { return "\"" + std::string(name.substr(0, 200)) + "\""; }
  ByteReader reader_at(const char* what, std::uint64_t at) const {
    if (at > bytes_.size()) damaged(std::string(what) + " at byte " + std::to_string(at) + ", past the end");
    return {path_, what, bytes_.substr(at)};
  }

  Directory find_directory() const {
    if (bytes_.size() < end_size) truncated();
    const auto end = bytes_.size() - end_size;
    auto in = reader_at("end record", end);
    if (in.number<std::uint32_t>() != end_record) truncated();
    const auto disk = in.number<std::uint16_t>(), first_disk = in.number<std::uint16_t>();
    const auto here = in.number<std::uint16_t>(), all = in.number<std::uint16_t>();
    Directory directory;
    directory.entries = all;
    directory.size = in.number<std::uint32_t>();
    directory.begin = in.number<std::uint32_t>();
    if (in.number<std::uint16_t>() != 0) damaged("a comment at the end");
    if (disk != 0 || first_disk != 0 || here != all) damaged("several volumes");
    auto directory_end = end;
    if (all == 0xffff || directory.size == see_wide || directory.begin == see_wide) {
      directory_end = read_wide_end(end, directory);
    }
    if (directory.begin > directory_end || directory.size > directory_end - directory.begin) {
      damaged("a directory of " + std::to_string(directory.size) + " bytes at byte " +
              std::to_string(directory.begin) + " of " + std::to_string(bytes_.size()));
    }
    if (directory.entries > directory.size / directory_header_size) {
      damaged("a directory of " + std::to_string(directory.size) + " bytes for " +
              std::to_string(directory.entries) + " entries");
    }
    return directory;
  }
  [[noreturn]] void truncated() const {
    refuse_file(path_, "the file is truncated", "a zip archive without its end",
                "an archive as torch.save writes it", "copy or download the file again");
  }
  /// The 64-bit record, found by the locator before the end record. Returns where it begins.
  std::uint64_t read_wide_end(std::uint64_t end, Directory& directory) const {
    if (end < locator_size) damaged("no room for the 64-bit locator");
    auto locator = reader_at("64-bit locator", end - locator_size);
    if (locator.number<std::uint32_t>() != wide_locator) damaged("no 64-bit locator");
    const auto disk = locator.number<std::uint32_t>();
    const auto at = locator.number<std::uint64_t>();
    const auto disks = locator.number<std::uint32_t>();
    if (disk != 0 || disks != 1) damaged("several volumes");
    if (at > end - locator_size || end - locator_size - at < wide_end_size)
      damaged("a 64-bit end record at byte " + std::to_string(at));
    auto in = reader_at("64-bit end record", at);
    if (in.number<std::uint32_t>() != wide_end_record) damaged("no 64-bit end record");
    (void)in.take(8 + 2 + 2);  // its size, versions
    if (in.number<std::uint64_t>() != 0) damaged("several volumes");
    const auto here = in.number<std::uint64_t>();
    directory.entries = in.number<std::uint64_t>();
    directory.size = in.number<std::uint64_t>();
    directory.begin = in.number<std::uint64_t>();
    if (here != directory.entries) damaged("several volumes");
    return at;
  }

  std::vector<Entry> read_directory(const Directory& directory) const {
    ByteReader in(path_, "directory", bytes_.substr(directory.begin, directory.size));
    std::vector<Entry> entries;
    for (std::uint64_t i = 0; i < directory.entries; ++i) entries.push_back(read_directory_entry(in));
    if (in.left() > 0) damaged(std::to_string(in.left()) + " bytes after the last entry of the directory");
    return entries;
  }
  Entry read_directory_entry(ByteReader& in) const {
    if (in.number<std::uint32_t>() != directory_header) damaged("a directory entry without its mark");
    (void)in.take(2 + 2);  // versions
    Entry entry;
    entry.flags = in.number<std::uint16_t>();
    const auto method = in.number<std::uint16_t>();
    (void)in.take(2 + 2 + 4);  // time, date, check sum
    std::uint64_t packed = in.number<std::uint32_t>();
    entry.size = in.number<std::uint32_t>();
    const auto name = in.number<std::uint16_t>(), extra = in.number<std::uint16_t>(),
               comment = in.number<std::uint16_t>();
    const auto disk = in.number<std::uint16_t>();
    (void)in.take(2 + 4);  // attributes
    entry.header = in.number<std::uint32_t>();
    entry.name = in.take(name);
    read_wide_sizes(in.take(extra), entry, packed);
    (void)in.take(comment);
    if (disk != 0) damaged("several volumes");
    if (method != 0 || packed != entry.size || (entry.flags & encrypted) != 0) {
      refuse_file(
          path_, "a compressed or encrypted zip archive",
          "entry " + quoted(entry.name) + ", " + std::to_string(packed) + " bytes for " +
              std::to_string(entry.size),
          "stored entries, as torch.save writes them",
          "load it with torch (torch.jit.load for TorchScript) and save its state_dict() with torch.save");
    }
    return entry;
  }
  /// Extra field 1 holds the numbers that are too large for their places, in their order.
  void read_wide_sizes(std::string_view extra, Entry& entry, std::uint64_t& packed) const {
    ByteReader in(path_, "extra field", extra);
    while (in.left() >= 4) {
      const auto id = in.number<std::uint16_t>();
      const auto length = in.number<std::uint16_t>();
      ByteReader field(path_, "64-bit field", in.take(length));
      if (id != 1) continue;
      if (entry.size == see_wide) entry.size = field.number<std::uint64_t>();
      if (packed == see_wide) packed = field.number<std::uint64_t>();
      if (entry.header == see_wide) entry.header = field.number<std::uint64_t>();
      return;
    }
  }

  /// The bytes between the entry's own header and `limit`, where the directory begins.
  std::string_view entry_data(const Entry& entry, std::uint64_t limit) const {
    auto in = reader_at("entry", entry.header);
    if (in.number<std::uint32_t>() != local_header) damaged("no entry where the directory says one is");
    (void)in.take(2);  // version
    const auto flags = in.number<std::uint16_t>(), method = in.number<std::uint16_t>();
    (void)in.take(2 + 2 + 4);  // time, date, check sum
    const auto packed = in.number<std::uint32_t>(), size = in.number<std::uint32_t>();
    const auto name = in.number<std::uint16_t>(), extra = in.number<std::uint16_t>();
    const bool same_size = packed == size && (size == entry.size || size == see_wide);
    if (in.take(name) != entry.name || method != 0 || ((flags & sizes_follow) == 0 && !same_size))
      damaged("entry " + quoted(entry.name) + " that differs from the directory");
    (void)in.take(extra);  // torch pads with it
    const auto begin = entry.header + in.at();
    if (begin > limit || entry.size > limit - begin) {
      damaged("entry " + quoted(entry.name) + " of " + std::to_string(entry.size) + " bytes at byte " +
              std::to_string(begin) + ", past the directory at " + std::to_string(limit));
    }
    return bytes_.substr(begin, entry.size);
  }

  const std::filesystem::path& path_;
  std::string_view bytes_;
};

}  // namespace

std::map<std::string_view, std::string_view> read_zip_archive(const std::filesystem::path& path,
                                                              std::string_view bytes) {
  return ZipReader{path, bytes}.read();
}

}  // namespace ph
