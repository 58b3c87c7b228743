// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/fhir_loader.h"

#include <zlib.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>

#include "base/text.h"

namespace pons::best_practice::sandbox {
namespace {

constexpr std::size_t kLongestLine = 16u << 20;
constexpr std::size_t kMostProblems = 100;

// Takes bytes in pieces of any size and hands each line that they complete to `load`.
class Lines {
 public:
  using Load = std::function<Result<void>(std::string_view line)>;

  // `what` is in front of every problem: "Condition: ", or nothing.
  Lines(FhirLoadReport& report, std::string what, Load load)
      : report_(report), what_(std::move(what)), load_(std::move(load)) {}

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

  void Done() {
    if (!line_.empty() || too_long_) Finish();
  }

  // A line that breaks off in the middle is not loaded: half a patient is nobody.
  void Broken(const std::string& why) {
    line_.clear();
    Problem(why);
  }

 private:
  void Problem(const std::string& why) {
    ++report_.problem_count;
    if (report_.problems.size() < kMostProblems) {
      report_.problems.push_back({number_, what_ + why});
    }
  }

  void Finish() {
    std::string_view text = line_;
    if (number_ == 1 && text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    text = Trim(text);
    if (too_long_) {
      Problem("longer than 16 MiB");
    } else if (!text.empty()) {
      if (const Result<void> loaded = load_(text); !loaded) Problem(loaded.error().summary);
    }
    line_.clear();
    too_long_ = false;
    ++number_;
  }

  FhirLoadReport& report_;
  const std::string what_;
  const Load load_;
  std::string line_;
  std::int64_t number_ = 1;
  bool too_long_ = false;
};

namespace fs = std::filesystem;

// `name`.ndjson or `name`.ndjson.gz; empty where neither is there.
fs::path FileOf(const std::string& folder, const std::string& name) {
  std::error_code ignored;
  for (const char* ending : {".ndjson", ".ndjson.gz"}) {
    const fs::path path = fs::path(folder) / (name + ending);
    if (fs::is_regular_file(path, ignored)) return path;
  }
  return {};
}

// zlib reads what is not gzipped as it is.
Result<void> ReadFile(const fs::path& path, Lines lines) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (!file) {
    return MakeError(Fault::kNotFound,
                     path.filename().string() + " cannot be opened: check that it may be read");
  }
  std::string buffer(64u << 10, '\0');
  for (;;) {
    const int got = gzread(file.get(), buffer.data(), static_cast<unsigned>(buffer.size()));
    if (got > 0) lines.Add(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
    if (got == static_cast<int>(buffer.size())) continue;
    int code = Z_OK;
    gzerror(file.get(), &code);
    if (got < 0 || code == Z_BUF_ERROR) {
      lines.Broken("the gzip stream is broken here");
      return Ok();
    }
    if (got == 0) break;
  }
  lines.Done();
  return Ok();
}

using Histories = std::unordered_map<std::string, std::vector<sandboxkit::ClinicCondition>>;

Lines PatientLines(FhirLoadReport& report, Histories& histories,
                   const sandboxkit::ClinicSink& sink) {
  return Lines(report, "", [&](std::string_view line) -> Result<void> {
    PONS_ASSIGN(auto patient, ClinicPatientFromFhir(line, &report.no_column));
    if (const auto found = histories.find(patient.fhir_id); found != histories.end()) {
      patient.history = std::move(found->second);
      report.conditions += static_cast<std::int64_t>(patient.history.size());
      histories.erase(found);
    }
    sink.patient(patient);
    ++report.loaded;
    return Ok();
  });
}

}  // namespace

FhirLoadReport LoadFhirPatients(std::istream& ndjson, const sandboxkit::ClinicSink& sink) {
  FhirLoadReport report;
  Histories none;
  Lines lines = PatientLines(report, none, sink);
  std::string buffer(64u << 10, '\0');
  while (ndjson.good()) {
    ndjson.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    lines.Add(std::string_view(buffer.data(), static_cast<std::size_t>(ndjson.gcount())));
  }
  lines.Done();
  return report;
}

Result<FhirLoadReport> LoadFhirFolder(const std::string& folder,
                                      const sandboxkit::ClinicSink& sink) {
  const fs::path patients = FileOf(folder, "Patient");
  if (patients.empty()) {
    return MakeError(Fault::kNotFound,
                     "no Patient.ndjson and no Patient.ndjson.gz in the folder: name the folder "
                     "that holds one");
  }
  FhirLoadReport report;
  Histories histories;
  if (const fs::path conditions = FileOf(folder, "Condition"); !conditions.empty()) {
    PONS_TRY(ReadFile(conditions,
                      Lines(report, "Condition: ", [&](std::string_view line) -> Result<void> {
                        PONS_ASSIGN(auto read, ClinicConditionFromFhir(line, &report.no_column));
                        histories[read.patient].push_back(std::move(read.condition));
                        return Ok();
                      })));
  }
  PONS_TRY(ReadFile(patients, PatientLines(report, histories, sink)));
  return report;
}

}  // namespace pons::best_practice::sandbox
