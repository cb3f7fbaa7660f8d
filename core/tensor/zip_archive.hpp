#pragma once
#include <filesystem>
#include <map>
#include <string_view>

namespace ph {

/// The files in a zip archive whose entries are stored as they are, as torch.save writes them. Nothing
/// is decompressed or copied: each entry is a piece of `bytes`. (Format: PKWARE's APPNOTE, sections 4.3
/// and 4.5.3 for archives beyond 4 GiB.) Checked: entries lie within the archive and do not overlap,
/// names differ, sizes agree. Refused: compression, encryption, several volumes, text after the end.
/// Check sums are not looked at: torch may leave them out, and it costs as much as the reading.
/// Throws Error(data) with `path`.
[[nodiscard]] std::map<std::string_view, std::string_view> read_zip_archive(const std::filesystem::path& path,
                                                                            std::string_view bytes);

}  // namespace ph
