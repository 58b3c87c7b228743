// SPDX-License-Identifier: Apache-2.0
// Pages of docs/reference that the code writes: the committed page must be what the code says.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace pons {

// Compares docs/reference/`name` with `page`; with PONS_WRITE_DOCS=1 writes it instead.
inline void ExpectPage(const std::string& name, const std::string& page) {
  const std::string path = std::string(PONS_SOURCE_DIR) + "/docs/reference/" + name;
  if (std::getenv("PONS_WRITE_DOCS") != nullptr) std::ofstream(path) << page;
  std::ifstream in(path);
  const std::string there(std::istreambuf_iterator<char>(in), {});
  EXPECT_EQ(there, page) << "PONS_WRITE_DOCS=1 ctest --preset dev -R _page_test writes it";
}

}  // namespace pons
