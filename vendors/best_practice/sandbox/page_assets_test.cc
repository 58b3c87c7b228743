// SPDX-License-Identifier: Apache-2.0
// The program serves the page as it stands in the folder.
#include "vendors/best_practice/sandbox/page_assets.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <string>

namespace pons::best_practice::sandbox {
namespace {

std::string OnDisk(const std::string& file) {
  std::ifstream in(std::string(PONS_SOURCE_DIR "/vendors/best_practice/sandbox/page/") + file);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

TEST(PageAssets, AreTheFilesByteForByte) {
  for (const char* file : {"index.html", "style.css", "app.js", "diary.js", "side.js"}) {
    const auto asset = FindPageAsset(std::string("/") + file);
    ASSERT_TRUE(asset) << file;
    EXPECT_EQ(asset->body, OnDisk(file)) << file;
  }
  ASSERT_TRUE(FindPageAsset("/"));
  EXPECT_EQ(FindPageAsset("/")->content_type, "text/html; charset=utf-8");
  EXPECT_EQ(FindPageAsset("/style.css")->content_type, "text/css; charset=utf-8");
}

// A file that the page names but the build does not embed would be missing only in a browser.
TEST(PageAssets, EveryFileThatThePageNamesIsThere) {
  const std::regex names(
      R"re((?:href|src|from)\s*=?\s*["'](?:\./)?([a-z_]+\.(?:js|css|svg))["'])re");
  int found = 0;
  for (const char* file : {"index.html", "app.js", "diary.js", "side.js", "clinic.js"}) {
    const std::string text = OnDisk(file);
    for (std::sregex_iterator it(text.begin(), text.end(), names), end; it != end; ++it) {
      EXPECT_TRUE(FindPageAsset("/" + (*it)[1].str())) << file << " names " << (*it)[1];
      ++found;
    }
  }
  EXPECT_GE(found, 2);
}

TEST(PageAssets, NothingElse) {
  for (const char* path : {"", "/page/app.js", "/mock.mjs", "/../catalog.h", "app.js"}) {
    EXPECT_FALSE(FindPageAsset(path)) << path;
  }
}

}  // namespace
}  // namespace pons::best_practice::sandbox
