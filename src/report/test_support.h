// SPDX-License-Identifier: Apache-2.0
// What the report tests share: a program's output, files that go away, and pictures.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "json/value.h"
#include "report/render.h"
#include "report/sample.h"

namespace pons::report {

struct Ran {
  int code = -1;
  std::string output;  // both streams
};

// A program of Debian's (poppler-utils, qpdf); a failure where it is not installed.
inline Ran RunProgram(const std::string& command) {
  Ran ran;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> piece{};
  std::size_t got = 0;
  while ((got = fread(piece.data(), 1, piece.size(), pipe)) > 0) {
    ran.output.append(piece.data(), got);
  }
  const int status = pclose(pipe);
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& bytes) {
    path_ = (std::filesystem::temp_directory_path() / "pons-report-XXXXXX").string();
    const int file = mkstemp(path_.data());
    EXPECT_GE(file, 0);
    if (file >= 0) close(file);
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline json::Value Parsed(const std::string& text) {
  auto value = json::Parse(text);
  EXPECT_TRUE(value) << value.error().summary;
  return value ? std::move(*value) : json::Value();
}

inline TimelineReport ReadSample(const Sample& sample) {
  auto report = ReadTimeline(Parsed(sample.bundle));
  EXPECT_TRUE(report) << report.error().vendor_code << ": " << report.error().summary;
  return report ? std::move(*report) : TimelineReport();
}

inline RenderOptions SydneyOptions() {
  return RenderOptions{PracticeZone::Named("Australia/Sydney").value()};
}

inline Rendered MustRender(const TimelineReport& report,
                           const RenderOptions& options = SydneyOptions()) {
  auto rendered = RenderTimeline(report, options);
  EXPECT_TRUE(rendered) << rendered.error().summary;
  return rendered ? std::move(*rendered) : Rendered();
}

inline std::size_t CountOf(const std::string& text, const std::string& piece) {
  std::size_t count = 0;
  for (auto at = text.find(piece); at != std::string::npos; at = text.find(piece, at + 1)) ++count;
  return count;
}

}  // namespace pons::report
