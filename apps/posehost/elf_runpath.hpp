#pragma once
#include <filesystem>
#include <vector>

/// The folders in which the dynamic loader looks for the libraries of `program`, a 64-bit ELF file of this
/// installation, as far as the file itself says: DT_RUNPATH or DT_RPATH, $ORIGIN replaced. Empty where the
/// file cannot be read.
[[nodiscard]] std::vector<std::filesystem::path> elf_runpath(const std::filesystem::path& program);
