// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/page_assets.h"

namespace pons::best_practice::sandbox {
namespace {

struct Embedded {
  std::string_view file, body;  // file: "page/app.js"
};
constexpr Embedded kFiles[] = {
#include "page_data.inc"
};

std::string_view ContentType(std::string_view file) {
  if (file.ends_with(".html")) return "text/html; charset=utf-8";
  if (file.ends_with(".css")) return "text/css; charset=utf-8";
  if (file.ends_with(".svg")) return "image/svg+xml";
  return "text/javascript; charset=utf-8";
}

}  // namespace

std::optional<PageAsset> FindPageAsset(std::string_view path) {
  if (path == "/") path = "/index.html";
  for (const Embedded& embedded : kFiles) {
    if (embedded.file.substr(std::string_view("page").size()) == path) {
      return PageAsset{ContentType(embedded.file), embedded.body};
    }
  }
  return std::nullopt;
}

}  // namespace pons::best_practice::sandbox
