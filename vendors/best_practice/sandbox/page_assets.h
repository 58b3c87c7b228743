// SPDX-License-Identifier: Apache-2.0
// The sandbox's own web page, built into the program: page/ in this folder, byte for byte. It talks
// to the control port that serves it and to nothing else.
#pragma once

#include <optional>
#include <string_view>

namespace pons::best_practice::sandbox {

struct PageAsset {
  std::string_view content_type;  // "text/html; charset=utf-8"
  std::string_view body;          // lives as long as the program
};

// `path` as asked for: "/", "/app.js". Nothing where the page has no such file.
std::optional<PageAsset> FindPageAsset(std::string_view path);

}  // namespace pons::best_practice::sandbox
