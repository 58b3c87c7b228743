// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/fhir_loader.h"

#include <zlib.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <utility>

#include "base/text.h"

namespace pons::best_practice::sandbox {
namespace {

constexpr std::size_t kLongestLine = 16u << 20;
constexpr std::size_t kMostProblems = 100;

// Takes bytes in pieces of any size and loads each line that they complete.
class LineLoader {
 public:
  explicit LineLoader(const sandboxkit::ClinicSink& sink) : sink_(sink) {}

  void Add(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      const std::string_view part = bytes.substr(0, end);
      if (line_.size() + part.size() > kLongestLine) {
        too_long_ = true;
      } else if (!too_long_) {
        line_ += part;
      }
      if (end == std::string_view::npos) return;
      Finish();
      bytes.remove_prefix(end + 1);
    }
  }

  void Problem(std::string what) {
    ++report_.problem_count;
    if (report_.problems.size() < kMostProblems) {
      report_.problems.push_back({number_, std::move(what)});
    }
  }

  FhirLoadReport Done() {
    if (!line_.empty() || too_long_) Finish();
    return std::move(report_);
  }

  // A line that breaks off in the middle is not loaded: half a patient is nobody.
  FhirLoadReport Broken(std::string what) {
    line_.clear();
    Problem(std::move(what));
    return std::move(report_);
  }

 private:
  void Finish() {
    std::string_view text = line_;
    if (number_ == 1 && text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    text = Trim(text);
    if (too_long_) {
      Problem("longer than 16 MiB");
    } else if (!text.empty()) {
      Load(text);
    }
    line_.clear();
    too_long_ = false;
    ++number_;
  }

  void Load(std::string_view text) {
    const Result<sandboxkit::ClinicPatient> patient =
        ClinicPatientFromFhir(text, &report_.no_column);
    if (!patient) return Problem(patient.error().summary);
    sink_.patient(*patient);
    ++report_.loaded;
  }

  const sandboxkit::ClinicSink& sink_;
  FhirLoadReport report_;
  std::string line_;
  std::int64_t number_ = 1;
  bool too_long_ = false;
};

}  // namespace

FhirLoadReport LoadFhirPatients(std::istream& ndjson, const sandboxkit::ClinicSink& sink) {
  LineLoader loader(sink);
  std::string buffer(64u << 10, '\0');
  while (ndjson.good()) {
    ndjson.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    loader.Add(std::string_view(buffer.data(), static_cast<std::size_t>(ndjson.gcount())));
  }
  return loader.Done();
}

Result<FhirLoadReport> LoadFhirFolder(const std::string& folder,
                                      const sandboxkit::ClinicSink& sink) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  fs::path path = fs::path(folder) / "Patient.ndjson";
  if (!fs::is_regular_file(path, ignored)) path += ".gz";
  if (!fs::is_regular_file(path, ignored)) {
    return MakeError(Fault::kNotFound,
                     "no Patient.ndjson and no Patient.ndjson.gz in the folder: name the folder "
                     "that holds one");
  }
  // Reads what is not gzipped as it is.
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (!file) {
    return MakeError(Fault::kNotFound,
                     path.filename().string() + " cannot be opened: check that it may be read");
  }
  LineLoader loader(sink);
  std::string buffer(64u << 10, '\0');
  for (;;) {
    const int got = gzread(file.get(), buffer.data(), static_cast<unsigned>(buffer.size()));
    if (got > 0) loader.Add(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
    if (got == static_cast<int>(buffer.size())) continue;
    int code = Z_OK;
    gzerror(file.get(), &code);
    if (got < 0 || code == Z_BUF_ERROR) return loader.Broken("the gzip stream is broken here");
    if (got == 0) return loader.Done();
  }
}

}  // namespace pons::best_practice::sandbox
