// SPDX-License-Identifier: Apache-2.0
#include "fhir/bundle.h"

#include <algorithm>

#include "json/writer.h"

namespace pons::fhir {

SearchsetWriter::SearchsetWriter(std::string& out, std::string_view self, std::string_view next,
                                 std::optional<std::int64_t> total)
    : out_(out) {
  out_ += R"({"resourceType":"Bundle","type":"searchset")";
  if (total) {
    out_ += ",\"total\":";
    out_ += std::to_string(*total);
  }
  if (!self.empty() || !next.empty()) {
    out_ += ",\"link\":[";
    if (!self.empty()) {
      out_ += R"({"relation":"self","url":)";
      json::AppendQuoted(out_, self);
      out_ += '}';
    }
    if (!next.empty()) {
      if (!self.empty()) out_ += ',';
      out_ += R"({"relation":"next","url":)";
      json::AppendQuoted(out_, next);
      out_ += '}';
    }
    out_ += ']';
  }
}

void SearchsetWriter::Entry(std::string_view full_url, std::string_view resource,
                            std::string_view mode, std::string_view more) {
  out_ += any_ ? ",{" : ",\"entry\":[{";
  any_ = true;
  if (!full_url.empty()) {
    out_ += "\"fullUrl\":";
    json::AppendQuoted(out_, full_url);
    out_ += ',';
  }
  out_ += "\"resource\":";
  out_ += resource;
  out_ += R"(,"search":{)";
  out_ += more;
  out_ += R"("mode":")";
  out_ += mode;
  out_ += "\"}}";
}

void SearchsetWriter::Scored(std::string_view full_url, std::string_view resource, double score,
                             std::string_view match_grade) {
  const auto percent = std::to_string(std::clamp(static_cast<int>(score * 100 + 0.5), 0, 100));
  std::string more =
      R"("extension":[{"url":"http://hl7.org/fhir/StructureDefinition/match-grade","valueCode":")";
  more += match_grade;
  more += R"("}],"score":)";
  more += percent == "100" ? "1" : "0." + std::string(2 - percent.size(), '0') + percent;
  more += ',';
  Entry(full_url, resource, "match", more);
}

void SearchsetWriter::Finish() {
  if (any_) out_ += ']';
  out_ += '}';
}

}  // namespace pons::fhir
