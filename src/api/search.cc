// SPDX-License-Identifier: Apache-2.0
// Searches, page by page. Runs on the pool.
#include "api/page_token.h"
#include "api/search_params.h"
#include "api/service.h"
#include "base/text.h"
#include "fhir/bundle.h"

namespace pons::api {
namespace {

// Names only, each once: what was searched by is for the audit trail, what for is not.
std::string ParameterNames(const net::FormFields& fields) {
  std::string names;
  for (const auto& [name, value] : fields) {
    if (name == "_page") continue;
    const std::string padded = " " + names + " ";
    if (padded.find(" " + name + " ") != std::string::npos) continue;
    if (!names.empty()) names += ' ';
    names += name.substr(0, 64);
  }
  return names.substr(0, 512);
}

std::string WithQuery(std::string url, const net::FormFields& fields) {
  if (!fields.empty()) url += "?" + net::WriteForm(fields);
  return url;
}

// Records of the appointment types that a practice calls by this code. The coding's system is
// "<identifier base of the connection>/appointment-type" (fhir/parts.h).
std::vector<store::RefKey> ServicesWithCode(Service& service, const AppView& app,
                                            const std::optional<std::string>& system,
                                            const std::string& code) {
  std::vector<store::RefKey> found;
  const auto snapshot = service.directory.Current();
  auto reader = service.readers.Borrow();
  if (!snapshot || !reader) return found;
  for (const auto connection : app.connections) {
    const auto id = (*snapshot)->connections.find(connection);
    if (id == (*snapshot)->connections.end()) continue;
    if (system && !system->ends_with("/" + id->second.value + "/appointment-type")) continue;
    const auto record =
        (*reader)->FindByVendorId(connection, model::Stream::kHealthcareServices, code);
    if (record && *record) found.push_back(store::KeyOf((*record)->value));
  }
  return found;
}

}  // namespace

void Search(Service& service, Call& call, model::Stream stream, const net::FormFields& fields) {
  const AppView& app = *call.session->app;
  const std::string fhir_base = call.base + "/fhir/R4";
  const std::string type(model::ResourceTypeOf(stream));
  SearchContext context;
  context.base_url = fhir_base;
  context.now = call.began;
  context.strict = net::FindHeader(call.request.headers, "prefer").find("handling=strict") !=
                   std::string_view::npos;
  context.services = [&](const std::optional<std::string>& system, const std::string& code) {
    return ServicesWithCode(service, app, system, code);
  };

  std::optional<store::SearchPosition> after;
  net::FormFields asked = fields;
  if (const std::string* page = net::FindField(fields, "_page")) {
    auto token = OpenPageToken(*page, service.page_key);
    if (!token || token->app != app.app.key || token->stream != stream) {
      return Fail(service, call, 400, "invalid",
                  "The page is not known: follow the \"next\" link of a search as it is, or search "
                  "again.");
    }
    after = token->after;
    asked = std::move(token->search);
  }
  call.parameters = ParameterNames(asked);
  auto parsed = ParseSearch(stream, asked, context);
  if (!parsed) return Fail(service, call, parsed.error());
  parsed->query.grants = app.GrantsFor(stream);
  parsed->query.after = after;
  if (after) parsed->query.with_total = false;  // told with the first page

  auto reader = service.readers.Borrow();
  if (!reader) return Fail(service, call, reader.error());
  auto page = (*reader)->Search(parsed->query);
  if (!page) return Fail(service, call, page.error());

  std::string next;
  if (page->next && !parsed->count_only) {
    PageToken token{stream, app.app.key, *page->next, parsed->used};
    next = fhir_base + "/" + type +
           "?_page=" + SealPageToken(token, service.page_key, service.deps.random);
  }
  // One page holds all: its size is the total, without counting.
  if (!page->total && !after && !page->next && !parsed->count_only) {
    page->total = static_cast<std::int64_t>(page->records.size());
  }
  const std::string self = after ? fhir_base + "/" + type + "?" + std::string(call.request.query)
                                 : WithQuery(fhir_base + "/" + type, parsed->used);
  std::string body;
  fhir::SearchsetWriter bundle(body, self, next, page->total);
  for (const auto& record : page->records) {
    if (record.body == nullptr) continue;
    bundle.Match(fhir_base + "/" + type + "/" + record.id.value, *record.body);
    ++call.count;
  }
  bundle.Finish();
  auto response = JsonAnswer(200, kFhirJson, std::move(body));
  response.headers.emplace_back("Cache-Control", "private, no-store");
  Finish(service, call, std::move(response));
}

}  // namespace pons::api
