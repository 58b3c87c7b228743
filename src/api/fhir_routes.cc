// SPDX-License-Identifier: Apache-2.0
// /fhir/R4: reading single records, and the way to searches and the capability statement.
#include <algorithm>

#include "api/clinical.h"
#include "api/search_params.h"
#include "api/service.h"
#include "api/writes.h"
#include "base/text.h"
#include "fhir/operation_outcome.h"
#include "net/http_wire.h"

namespace pons::api {
namespace {

constexpr std::string_view kXml = "xml";

// Can the client take JSON? `_format` overrides the Accept header.
bool TakesJson(const Call& call) {
  if (call.request.query.find("_format") != std::string_view::npos) {
    if (const auto fields = net::ParseForm(call.request.query)) {
      if (const auto* format = net::FindField(*fields, "_format")) {
        return format->find(kXml) == std::string::npos &&
               format->find("turtle") == std::string::npos &&
               format->find("ttl") == std::string::npos;
      }
    }
  }
  const std::string_view accept = net::FindHeader(call.request.headers, "accept");
  return accept.empty() || accept.find("json") != std::string_view::npos ||
         accept.find("*/*") != std::string_view::npos ||
         accept.find("application/*") != std::string_view::npos;
}

bool EtagListed(std::string_view header, std::string_view etag) {
  if (Trim(header) == "*") return true;
  for (std::string_view one : Split(header, ',')) {
    one = Trim(one);
    // Weak comparison: W/ makes no difference.
    if (one == etag || (etag.starts_with("W/") && one == etag.substr(2))) return true;
  }
  return false;
}

bool NotModified(const net::Headers& headers, const CachedRecord& record) {
  const std::string_view etags = net::FindHeader(headers, "if-none-match");
  if (!etags.empty()) return EtagListed(etags, record.etag);
  const std::string_view since = net::FindHeader(headers, "if-modified-since");
  if (since.empty()) return false;
  const auto then = net::ParseHttpDate(since);
  const auto changed = net::ParseHttpDate(record.last_modified);
  return then && changed && *changed <= *then;
}

void Serve(Service& service, Call& call, const CachedRecord& record) {
  net::ServerResponse response;
  response.headers.reserve(5);
  response.headers.emplace_back("Content-Type", kFhirJson);
  response.headers.emplace_back("ETag", record.etag);
  response.headers.emplace_back("Last-Modified", record.last_modified);
  response.headers.emplace_back("Cache-Control", "private, no-cache");
  if (NotModified(call.request.headers, record)) {
    response.status = 304;
  } else {
    response.shared_body = record.body;
    call.count = 1;
  }
  Finish(service, call, std::move(response));
}

Result<std::shared_ptr<const CachedRecord>> Load(Service& service, const AppView& app,
                                                 model::Stream stream, std::string_view id,
                                                 CachedRecord versions) {
  PONS_ASSIGN(auto reader, service.readers.Borrow());
  PONS_ASSIGN(auto record, reader->Get(app.GrantsFor(stream), stream, id));
  if (!record) {
    return MakeError(Fault::kNotFound, "There is no " + std::string(model::ResourceTypeOf(stream)) +
                                           " with this id that this app may see.");
  }
  auto cached = std::make_shared<CachedRecord>(std::move(versions));
  cached->app = app.app.key;
  cached->stream = stream;
  cached->id = id;
  cached->etag = "W/\"" + std::to_string(record->version) + "\"";
  cached->last_modified = net::FormatHttpDate(record->updated);
  if (!record->deleted) cached->body = std::move(record->body);
  return std::shared_ptr<const CachedRecord>(std::move(cached));
}

void Read(Service& service, Call& call, model::Stream stream, std::string_view id,
          std::string_view version) {
  call.id = id.substr(0, 64);
  if (!call.session->scopes.MayRead(stream)) {
    return Fail(service, call, 403, "forbidden",
                "The token's scope does not cover reading this type: ask for system/" +
                    std::string(model::ResourceTypeOf(stream)) + ".r.");
  }
  const AppView& app = *call.session->app;
  // Versions are taken before the read, so that a commit in between makes the entry stale.
  CachedRecord versions;
  versions.records_version = service.deps.store.records_version();
  versions.settings_version = service.deps.store.settings_version();
  auto record = service.records.Find(app.app.key, stream, id, versions.records_version,
                                     versions.settings_version);
  service.metrics.CountCache(record != nullptr);
  if (record == nullptr) {
    auto loaded = Load(service, app, stream, id, versions);
    if (!loaded) return Fail(service, call, loaded.error());
    record = std::move(*loaded);
    // The session must be of these settings, or what it may see is not known to be current.
    if (record->body != nullptr && call.session->settings_version == versions.settings_version) {
      service.records.Put(record);
    }
  }
  if (!version.empty() && record->etag != "W/\"" + std::string(version) + "\"") {
    return Fail(service, call, 404, "not-found",
                "Only the current version of a record is kept, and this is not it.");
  }
  if (record->body == nullptr) {
    return Fail(service, call, 410, "deleted", "The record has been deleted.",
                {{"ETag", record->etag}});
  }
  Serve(service, call, *record);
}

// `type` is a literal.
void SearchRoute(Service& service, Call&& call, std::string_view type, bool form_body) {
  call.route = Route::kSearch;
  call.operation = "search";
  call.type = type;
  if (!Authenticate(service, call)) return;
  if (!call.session->scopes.MaySearch(type)) {
    return Fail(service, call, 403, "forbidden",
                "The token's scope does not cover searching this type: ask for system/" +
                    std::string(call.type) + ".s.");
  }
  auto fields = net::ParseForm(call.request.query);
  if (form_body && fields) {
    const std::string_view sent = net::FindHeader(call.request.headers, "content-type");
    if (!AsciiLower(sent).starts_with("application/x-www-form-urlencoded")) {
      return Fail(service, call, 415, "invalid",
                  "A _search takes application/x-www-form-urlencoded.");
    }
    const auto more = net::ParseForm(call.request.body);
    if (more) {
      fields->insert(fields->end(), more->begin(), more->end());
    } else {
      fields.reset();
    }
  }
  if (!fields) {
    return Fail(service, call, 400, "invalid", "The query holds an escape (%) that is not one.");
  }
  const auto shared = std::make_shared<Call>(std::move(call));
  const auto* live = IsLiveSearch(service, type, *fields) ? LiveTypeNamed(type) : nullptr;
  const auto stream = model::StreamOfResourceType(type);
  service.Later(shared, [&service, shared, live, stream, found = std::move(*fields)](Call& later) {
    if (live != nullptr) return SearchLive(service, shared, *live, found);
    Search(service, later, *stream, found);
  });
}

void ReadLiveRoute(Service& service, Call&& call, const LiveType& type, std::string_view id) {
  call.id = id.substr(0, 128);
  if (!call.session->scopes.MayRead(type.name)) {
    return Fail(service, call, 403, "forbidden",
                "The token's scope does not cover reading this type: ask for system/" +
                    std::string(type.name) + ".r.");
  }
  const auto shared = std::make_shared<Call>(std::move(call));
  service.Later(shared, [&service, shared, &type](Call&) { ReadLive(service, shared, type); });
}

void Metadata(Service& service, Call& call) {
  call.route = Route::kMetadata;
  if (!RequireMethod(service, call, "GET", "GET")) return;
  Finish(service, call,
         JsonAnswer(
             200, kFhirJson,
             CapabilityStatement(call.base, FromMillis(1767225600000),  // of this release
                                 service.deps.desk != nullptr, service.deps.clinical != nullptr)));
}

}  // namespace

void HandleFhir(Service& service, Call&& call, std::string_view rest) {
  // Bytes of any kind are asked for as what they are.
  if (rest == "Binary" || rest.starts_with("Binary/")) {
    return HandleBinary(service, std::move(call), rest.substr(6));
  }
  if (!TakesJson(call)) {
    return Fail(service, call, 406, "not-supported",
                "Pons speaks JSON: accept application/fhir+json.");
  }
  if (rest == "metadata") return Metadata(service, call);
  if (rest == ".well-known/smart-configuration") {
    call.route = Route::kMetadata;
    if (!RequireMethod(service, call, "GET", "GET")) return;
    return Finish(service, call, JsonAnswer(200, kJson, SmartConfiguration(call.base)));
  }
  const auto slash = rest.find('/');
  const std::string_view type = rest.substr(0, slash);
  const auto stream = model::StreamOfResourceType(type);
  const LiveType* live = service.deps.clinical == nullptr ? nullptr : LiveTypeNamed(type);
  if (!stream && live == nullptr) {
    call.operation = "read";
    if (!Authenticate(service, call)) return;
    return Fail(service, call, 404, "not-supported",
                "This server has no such resource type; /fhir/R4/metadata lists those it has.");
  }
  const std::string_view named = stream ? model::ResourceTypeOf(*stream) : live->name;
  const bool reads = call.request.method == "GET" || call.head;
  if (!reads && !rest.ends_with("/_search")) {
    if (stream) return HandleWrite(service, std::move(call), rest);
    call.operation = "write";
    call.type = named;
    if (!Authenticate(service, call)) return;
    RequireMethod(service, call, "GET", "GET");
    return;
  }
  if (slash == std::string_view::npos || slash + 1 == rest.size()) {
    return SearchRoute(service, std::move(call), named, false);
  }
  std::string_view id = rest.substr(slash + 1);
  if (id == "_search") {
    if (!RequireMethod(service, call, "POST", "POST")) return;
    return SearchRoute(service, std::move(call), named, true);
  }
  call.route = Route::kRead;
  call.operation = "read";
  call.type = named;
  if (!Authenticate(service, call)) return;
  std::string_view version;
  if (const auto next = id.find('/'); next != std::string_view::npos) {
    const std::string_view tail = id.substr(next);
    id = id.substr(0, next);
    if (!tail.starts_with("/_history/") || tail.size() == 10) {
      return Fail(service, call, 404, "not-supported", "This server has no such operation.");
    }
    call.operation = "vread";
    version = tail.substr(10);
  }
  if (live != nullptr && version.empty() && (!stream || IsLiveId(id))) {
    return ReadLiveRoute(service, std::move(call), *live, id);
  }
  if (!stream) {
    return Fail(service, call, 404, "not-found",
                "What is read from a practice on demand has no versions.");
  }
  Read(service, call, *stream, id, version);
}

}  // namespace pons::api
