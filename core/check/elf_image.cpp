#include "check/elf_image.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "plugin/elf_file.hpp"

namespace ph {
namespace {

constexpr std::uint64_t max_table = 8u << 20;

/// The dynamic section and what it points to. Addresses become places in the file through the segments.
class DynamicReader {
 public:
  explicit DynamicReader(const std::filesystem::path& path) : file_{path}, header_{file_.header()} {
    if (header_.e_phentsize != sizeof(Elf64_Phdr)) throw damaged("program headers of a wrong size");
    for (std::size_t i = 0; i < header_.e_phnum; ++i) {
      segments_.push_back(
          file_.read_struct<Elf64_Phdr>(header_.e_phoff + i * sizeof(Elf64_Phdr), "the program headers"));
    }
    const auto dynamic = std::find_if(segments_.begin(), segments_.end(),
                                      [](const auto& segment) { return segment.p_type == PT_DYNAMIC; });
    if (dynamic == segments_.end()) throw damaged("no dynamic section");
    const auto count = std::min<std::uint64_t>(dynamic->p_filesz / sizeof(Elf64_Dyn), 4096);
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto entry =
          file_.read_struct<Elf64_Dyn>(dynamic->p_offset + i * sizeof(Elf64_Dyn), "the dynamic section");
      if (entry.d_tag == DT_NULL) break;
      entries_.emplace_back(entry.d_tag, entry.d_un.d_val);
    }
    const auto size = value(DT_STRSZ);
    if (size > max_table) throw damaged("a string table of " + std::to_string(size) + " bytes");
    strings_ = file_.read(offset_of(value(DT_STRTAB)), size, "the string table");
  }

  [[nodiscard]] const std::vector<Elf64_Phdr>& segments() const noexcept { return segments_; }
  [[nodiscard]] std::uint64_t value(std::int64_t tag) const {
    for (const auto& [key, number] : entries_) {
      if (key == tag) return number;
    }
    return 0;
  }
  [[nodiscard]] bool has(std::int64_t tag) const {
    return std::any_of(entries_.begin(), entries_.end(), [&](const auto& e) { return e.first == tag; });
  }
  [[nodiscard]] std::vector<std::string> texts(std::int64_t tag) const {
    std::vector<std::string> all;
    for (const auto& [key, number] : entries_) {
      if (key == tag) all.push_back(text(number));
    }
    return all;
  }
  [[nodiscard]] std::string text(std::uint64_t at) const {
    if (at >= strings_.size()) throw damaged("a name outside the string table");
    return strings_.substr(at, strings_.find('\0', at) - at);
  }
  template <class T>
  [[nodiscard]] T at(std::uint64_t address, const char* what) const {
    return file_.read_struct<T>(offset_of(address), what);
  }
  [[nodiscard]] std::string bytes(std::uint64_t address, std::uint64_t size, const char* what) const {
    if (size > max_table) throw damaged(std::string{what} + " of " + std::to_string(size) + " bytes");
    return file_.read(offset_of(address), size, what);
  }
  [[nodiscard]] Error damaged(std::string found) const {
    return file_.refuse("the file is truncated or damaged", std::move(found), "a complete file",
                        "copy or build the file again");
  }

 private:
  [[nodiscard]] std::uint64_t offset_of(std::uint64_t address) const {
    for (const auto& segment : segments_) {
      if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
          address - segment.p_vaddr < segment.p_filesz) {
        return segment.p_offset + (address - segment.p_vaddr);
      }
    }
    throw damaged("an address outside the segments");
  }
  ElfFile file_;
  Elf64_Ehdr header_;
  std::vector<Elf64_Phdr> segments_;
  std::vector<std::pair<std::int64_t, std::uint64_t>> entries_;
  std::string strings_;
};

/// The number of dynamic symbols is written nowhere; the hash tables imply it.
std::uint64_t count_symbols(const DynamicReader& reader) {
  if (reader.has(DT_HASH)) return reader.at<std::uint32_t>(reader.value(DT_HASH) + 4, "the hash table");
  const auto table = reader.value(DT_GNU_HASH);
  if (table == 0) return 0;
  const auto word = [&](std::uint64_t at) { return reader.at<std::uint32_t>(at, "the hash table"); };
  const std::uint64_t buckets = word(table), first = word(table + 4), bloom = word(table + 8);
  if (buckets > 1 << 20 || bloom > 1 << 20) throw reader.damaged("a hash table of an impossible size");
  const auto bucket_at = table + 16 + bloom * 8, chain_at = bucket_at + buckets * 4;
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < buckets; ++i) last = std::max<std::uint64_t>(last, word(bucket_at + i * 4));
  if (last < first) return first;
  while ((word(chain_at + (last - first) * 4) & 1) == 0) ++last;
  return last + 1;
}

using Versions = std::map<std::uint16_t, std::pair<std::string, std::string>>;  // version, library

/// The versions of other libraries' symbols, by the index that symbols carry.
Versions read_versions(const DynamicReader& reader) {
  Versions all;
  auto at = reader.value(DT_VERNEED);
  for (std::uint64_t i = 0; at != 0 && i < std::min<std::uint64_t>(reader.value(DT_VERNEEDNUM), 1024); ++i) {
    const auto need = reader.at<Elf64_Verneed>(at, "the needed versions");
    auto aux = at + need.vn_aux;
    for (std::uint16_t k = 0; k < need.vn_cnt; ++k) {
      const auto version = reader.at<Elf64_Vernaux>(aux, "the needed versions");
      all[static_cast<std::uint16_t>(version.vna_other & 0x7fff)] = {reader.text(version.vna_name),
                                                                     reader.text(need.vn_file)};
      if (version.vna_next == 0) break;
      aux += version.vna_next;
    }
    if (need.vn_next == 0) break;
    at += need.vn_next;
  }
  return all;
}

std::vector<ElfImage::Symbol> read_symbols(const DynamicReader& reader) {
  std::vector<ElfImage::Symbol> all;
  const auto count = count_symbols(reader);
  if (count == 0) return all;
  const auto table = reader.bytes(reader.value(DT_SYMTAB), count * sizeof(Elf64_Sym), "the symbol table");
  const auto versions = read_versions(reader);
  const auto indices = reader.has(DT_VERSYM)
                           ? reader.bytes(reader.value(DT_VERSYM), count * 2, "the versions of symbols")
                           : std::string{};
  for (std::uint64_t i = 1; i < count; ++i) {
    Elf64_Sym from;
    std::memcpy(&from, table.data() + i * sizeof from, sizeof from);
    const auto binding = ELF64_ST_BIND(from.st_info);
    if (binding == STB_LOCAL) continue;
    ElfImage::Symbol symbol;
    symbol.name = reader.text(from.st_name);
    symbol.defined = from.st_shndx != SHN_UNDEF;
    symbol.weak = binding == STB_WEAK;
    symbol.unique = binding == STB_GNU_UNIQUE;
    if (!indices.empty()) {
      std::uint16_t index = 0;
      std::memcpy(&index, indices.data() + i * 2, sizeof index);
      const auto known = versions.find(static_cast<std::uint16_t>(index & 0x7fff));
      if (!symbol.defined && known != versions.end())
        std::tie(symbol.version, symbol.library) = known->second;
    }
    all.push_back(std::move(symbol));
  }
  return all;
}

std::vector<std::string> split_paths(const std::vector<std::string>& lists) {
  std::vector<std::string> all;
  for (const auto& list : lists) {
    for (std::size_t begin = 0;;) {
      const auto end = list.find(':', begin);
      all.push_back(list.substr(begin, end - begin));
      if (end == std::string::npos) break;
      begin = end + 1;
    }
  }
  return all;
}

}  // namespace

ElfImage ElfImage::read(const std::filesystem::path& file) {
  const DynamicReader reader{file};
  ElfImage image;
  for (const auto& segment : reader.segments()) {
    if (segment.p_type == PT_GNU_STACK) {
      image.stack_header = true;
      image.executable_stack = (segment.p_flags & PF_X) != 0;
    }
    if (segment.p_type == PT_LOAD && (segment.p_flags & PF_W) != 0 && (segment.p_flags & PF_X) != 0) {
      image.writable_code = true;
    }
  }
  image.needed = reader.texts(DT_NEEDED);
  image.rpath = split_paths(reader.texts(DT_RPATH));
  image.runpath = split_paths(reader.texts(DT_RUNPATH));
  for (const auto tag : {std::int64_t{DT_AUXILIARY}, std::int64_t{DT_FILTER}}) {
    for (auto& name : reader.texts(tag)) image.filters.push_back(std::move(name));
  }
  image.flags = reader.value(DT_FLAGS);
  image.flags_1 = reader.value(DT_FLAGS_1);
  image.text_relocations = reader.has(DT_TEXTREL) || (image.flags & DF_TEXTREL) != 0;
  image.symbols = read_symbols(reader);
  return image;
}

}  // namespace ph
