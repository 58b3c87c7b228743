// SPDX-License-Identifier: Apache-2.0
#include "fhir/operation_outcome.h"

#include "json/writer.h"

namespace pons::fhir {
namespace {

void WriteAlternatives(json::Writer& w, const Issue& issue) {
  if (issue.alternatives.empty()) return;
  w.Key("extension");
  w.BeginArray();
  for (const auto& [start, end] : issue.alternatives) {
    w.BeginObject();
    w.Member("url", kAlternativeSlotExtension);
    w.Key("valuePeriod");
    w.BeginObject();
    w.Member("start", start);
    w.Member("end", end);
    w.EndObject();
    w.EndObject();
  }
  w.EndArray();
}

}  // namespace

std::string_view IssueCodeOf(Fault fault) {
  switch (fault) {
    case Fault::kUnauthenticated:
      return "login";
    case Fault::kForbidden:
      return "forbidden";
    case Fault::kMisconfigured:
      return "invalid";
    case Fault::kNotFound:
      return "not-found";
    case Fault::kConflict:
      return "conflict";
    case Fault::kRejected:
      return "business-rule";
    case Fault::kUnsupported:
      return "not-supported";
    case Fault::kRateLimited:
      return "throttled";
    case Fault::kUnavailable:
      return "transient";
    case Fault::kProtocol:
      return "structure";
    case Fault::kCursorExpired:
      return "expired";
    case Fault::kCancelled:
      return "incomplete";
    case Fault::kInternal:
      return "exception";
  }
  return "exception";
}

std::string OperationOutcome(const std::vector<Issue>& issues) {
  std::string out;
  json::Writer w(out);
  w.BeginObject();
  w.Member("resourceType", "OperationOutcome");
  w.Key("issue");
  w.BeginArray();
  for (const auto& issue : issues) {
    w.BeginObject();
    WriteAlternatives(w, issue);
    w.Member("severity", issue.severity);
    w.Member("code", issue.code);
    if (!issue.text.empty()) {
      w.Key("details");
      w.BeginObject();
      w.Member("text", issue.text);
      w.EndObject();
    }
    if (!issue.expression.empty()) {
      w.Key("expression");
      w.BeginArray();
      w.String(issue.expression);
      w.EndArray();
    }
    w.EndObject();
  }
  w.EndArray();
  w.EndObject();
  return out;
}

std::string OperationOutcome(std::string_view severity, std::string_view code,
                             std::string_view text) {
  return OperationOutcome({Issue{std::string(severity), std::string(code), std::string(text)}});
}

std::string OperationOutcome(const Error& error) {
  return OperationOutcome("error", IssueCodeOf(error.fault), error.summary);
}

}  // namespace pons::fhir
