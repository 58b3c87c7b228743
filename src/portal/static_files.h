// SPDX-License-Identifier: Apache-2.0
// The built pages (web/portal/dist), carried inside the program. What is named by its content
// (assets/…) may be kept by browsers for ever; everything else is asked for anew. Each file is
// packed with gzip once, when it is first asked for.
//
// An address below /portal/ that is no file is a page of the application, and gets index.html. In
// that one the server puts <meta name="csp-nonce" content="…"> at the head, anew for each answer:
// the component library's style element must carry it (MantineProvider getStyleNonce).
//
// Threads: Find may be called from any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace pons::portal {

struct StaticFile {
  std::string_view path;  // below /portal/: "assets/index-3f2a.js"
  std::string_view content_type;
  std::shared_ptr<const std::string> plain;
  std::shared_ptr<const std::string> packed;  // null: packing would not make it smaller
  std::string etag;                           // quoted
  bool immutable = false;
};

class StaticFiles {
 public:
  StaticFiles();  // those built into the program
  bool built_in() const { return !contents_.empty(); }
  // Null where there is none.
  const StaticFile* Find(std::string_view path) const;

 private:
  std::map<std::string_view, std::string_view> contents_;
  mutable std::mutex mutex_;
  mutable std::map<std::string_view, StaticFile> made_;
};

// The page with the nonce in its head.
std::string WithNonce(std::string_view page, std::string_view nonce);
// What is said where the pages were not built in.
std::string_view NotBuiltInPage();

}  // namespace pons::portal
