// SPDX-License-Identifier: Apache-2.0
// The files of web/portal/dist as pons_embed wrote them; none where they were not built.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace pons::portal {

struct EmbeddedFile {
  // From literals whose length the compiler knows: it gives up counting the bytes of a large one.
  template <std::size_t kPath, std::size_t kContent>
  constexpr EmbeddedFile(const char (&a_path)[kPath], const char (&a_content)[kContent])
      : path(a_path, kPath - 1), content(a_content, kContent - 1) {}

  std::string_view path;  // relative to dist: "assets/index-3f2a.js"
  std::string_view content;
};

std::span<const EmbeddedFile> EmbeddedFiles();

}  // namespace pons::portal
