// SPDX-License-Identifier: Apache-2.0
#include "rehearsal/app_client.h"

namespace pons::rehearsal {
namespace {

template <typename Each>
void ForEach(const json::Value& value, std::string_view member, const Each& each) {
  const auto* list = value.Find(member);
  if (list == nullptr || !list->array()) return;
  for (const auto& item : *list->array()) each(item);
}

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

std::string Answer::reason() const {
  std::string out;
  ForEach(body, "issue", [&out](const json::Value& issue) {
    const auto* details = issue.Find("details");
    std::string_view words = details ? details->Text("text") : std::string_view();
    if (words.empty()) words = issue.Text("diagnostics");
    if (!out.empty()) out += "; ";
    out += words;
  });
  return out;
}

std::vector<std::string> Answer::alternatives() const {
  std::vector<std::string> out;
  ForEach(body, "issue", [&out](const json::Value& issue) {
    ForEach(issue, "extension", [&out](const json::Value& extension) {
      const auto* period = extension.Find("valuePeriod");
      if (period && EndsWith(extension.Text("url"), "/alternative-slot")) {
        out.emplace_back(period->Text("start"));
      }
    });
  });
  return out;
}

AppClient::AppClient(std::string base) : base_(std::move(base)) {
  net::CurlSettings settings;
  settings.policy = net::AddressPolicy::kAnyForDevelopment;
  transport_ = net::MakeCurlTransport(settings);
}

Result<void> AppClient::SignIn(const std::string& client_id, const std::string& client_secret) {
  token_.clear();
  SendOptions form;
  form.content_type = "application/x-www-form-urlencoded";
  PONS_ASSIGN(const auto answer,
              Send("POST", "/oauth/token",
                   std::string_view("grant_type=client_credentials&client_id=" + client_id +
                                    "&client_secret=" + client_secret),
                   form));
  token_ = answer.body.Text("access_token");
  if (!token_.empty()) return Ok();
  return MakeError(Fault::kUnauthenticated, "sign-in answered " + std::to_string(answer.status));
}

Result<Answer> AppClient::Send(std::string_view method, std::string_view path,
                               std::string_view body, const SendOptions& options) const {
  net::HttpRequest request;
  request.method = std::string(method);
  request.url = base_ + std::string(path);
  request.timeout = std::chrono::seconds(60);
  request.max_response_bytes = 64u << 20;
  if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
  if (!body.empty()) {
    request.body = std::string(body);
    request.headers.emplace_back("Content-Type", options.content_type);
  }
  if (!options.key.empty()) request.headers.emplace_back("Idempotency-Key", options.key);
  if (!options.if_match.empty()) request.headers.emplace_back("If-Match", options.if_match);
  if (!options.prefer.empty()) request.headers.emplace_back("Prefer", options.prefer);
  PONS_ASSIGN(auto response, transport_->Send(request, cancel_));
  Answer answer;
  answer.status = response.status;
  answer.headers = std::move(response.headers);
  answer.text = std::move(response.body);
  if (auto parsed = json::Parse(answer.text)) answer.body = std::move(*parsed);
  return answer;
}

Result<json::Value> AppClient::Read(std::string_view path) const {
  PONS_ASSIGN(auto answer, Get(path));
  if (answer.status == 200) return std::move(answer.body);
  const Fault fault = answer.status == 404   ? Fault::kNotFound
                      : answer.status >= 500 ? Fault::kUnavailable
                                             : Fault::kRejected;
  return MakeError(fault, "GET " + std::string(path) + " answered " +
                              std::to_string(answer.status) + ": " + answer.reason());
}

Result<json::Value> AppClient::FindFirst(std::string_view path) const {
  PONS_ASSIGN(const auto bundle, Read(path));
  json::Value first;
  ForEach(bundle, "entry", [&first](const json::Value& entry) {
    if (const auto* resource = entry.Find("resource"); resource && first.is_null()) {
      first = *resource;
    }
  });
  return first;
}

std::string LocalIdentifier(const json::Value& resource) {
  std::string out;
  ForEach(resource, "identifier", [&out](const json::Value& identifier) {
    if (out.empty() && identifier.Text("system").find("/connections/") != std::string_view::npos) {
      out = identifier.Text("value");
    }
  });
  return out;
}

std::string ExportState(const json::Value& document) {
  std::string out;
  ForEach(document, "extension", [&out](const json::Value& extension) {
    if (EndsWith(extension.Text("url"), "/export-state")) out = extension.Text("valueCode");
  });
  return out;
}

}  // namespace pons::rehearsal
