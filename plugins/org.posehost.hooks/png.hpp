// SPDX-License-Identifier: Apache-2.0
//
// PNG without compression, so that no library is needed: for the few small pictures of a run.
#pragma once
#include <cstdint>
#include <string>

// 8 bits a channel; 1 (grey), 3 (RGB) or 4 (RGBA) channels; `stride` bytes from row to row.
std::string encode_png(const std::uint8_t* pixels, std::int64_t width, std::int64_t height,
                       std::int64_t channels, std::int64_t stride);
