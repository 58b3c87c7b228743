// SPDX-License-Identifier: Apache-2.0
// Writes a searchset Bundle around resources that are already JSON: nothing is parsed or copied
// twice.
//
//   SearchsetWriter bundle(out, self_url, next_url, total);
//   bundle.Match(full_url, body);
//   bundle.Finish();
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pons::fhir {

class SearchsetWriter {
 public:
  // Appends to `out`, which must outlive the writer. Empty links are left out.
  SearchsetWriter(std::string& out, std::string_view self, std::string_view next,
                  std::optional<std::int64_t> total);

  void Match(std::string_view full_url, std::string_view resource) {
    Entry(full_url, resource, "match");
  }
  // One of $match: how alike it is, 0 to 1, and FHIR's word for that.
  void Scored(std::string_view full_url, std::string_view resource, double score,
              std::string_view match_grade);
  void Include(std::string_view full_url, std::string_view resource) {
    Entry(full_url, resource, "include");
  }
  // An OperationOutcome about the search itself; it has no address.
  void Outcome(std::string_view resource) { Entry({}, resource, "outcome"); }
  void Finish();

 private:
  void Entry(std::string_view full_url, std::string_view resource, std::string_view mode,
             std::string_view more = {});

  std::string& out_;
  bool any_ = false;
};

}  // namespace pons::fhir
