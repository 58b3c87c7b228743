// SPDX-License-Identifier: Apache-2.0
// The files of web/portal/dist as pons_embed wrote them; none where they were not built.
#pragma once

#include <span>
#include <string_view>

namespace pons::portal {

struct EmbeddedFile {
  std::string_view path;  // relative to dist: "assets/index-3f2a.js"
  std::string_view content;
};

std::span<const EmbeddedFile> EmbeddedFiles();

}  // namespace pons::portal
