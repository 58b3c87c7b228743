// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/sandbox/api.h"

#include "base/text.h"
#include "vendors/halo_connect/sandbox/fhir.h"
#include "vendors/halo_connect/sandbox/tools.h"

namespace pons::halo_connect::sandbox {
namespace {

// A document as a literal of T-SQL, and some; Halo's own bound is not public.
constexpr std::size_t kLargestBody = 64u << 20;
constexpr std::int64_t kImmediateQueueMs = 30'000, kMostImmediateQueueMs = 60'000;
constexpr std::int64_t kAsyncQueueMs = 3'600'000, kMostAsyncQueueMs = 7'200'000;

net::ServerResponse Json(std::string body) {
  net::ServerResponse response;
  response.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  response.body = std::move(body);
  return response;
}

bool IsUnder(const std::vector<std::string>& parts, std::string_view first,
             std::string_view second) {
  return parts.size() > 1 && parts[0] == first && parts[1] == second;
}

// The body as an object, or what is wrong with it.
std::variant<json::Value, HaloError> ReadBody(const std::string& body) {
  auto parsed = json::Parse(body);
  if (!parsed || !parsed->is_object())
    return Refused(400, "The request body is not a valid JSON object.");
  return std::move(*parsed);
}

HaloError NoSuchOperation() {
  return Turned(404, "Unable to match incoming request to an operation.");
}

}  // namespace

void Api::Call::Answer(net::ServerResponse response) {
  {
    const std::lock_guard lock(mutex);
    if (answered) return;
    answered = true;
  }
  respond(std::move(response));
}

Api::~Api() {
  stop_.Cancel();
  {
    const std::lock_guard lock(mutex_);
    for (const auto& call : silent_) call->Answer(No(Refused(504, "The sandbox is stopping.")));
    silent_.clear();
  }
  server_.reset();
}

Result<void> Api::Listen(std::uint16_t port, Logger& log) {
  net::ServerOptions options;
  options.port = port;
  options.threads = 2;
  options.max_body_bytes = kLargestBody;
  auto server = net::StartHttpServer(
      options,
      [this](const net::ServerRequest& request, net::Responder respond) {
        auto call = std::make_shared<Call>();
        call->method = request.method;
        call->path = std::string(request.path);
        call->query = std::string(request.query);
        call->body = request.body;
        call->key = std::string(net::FindHeader(request.headers, "Ocp-Apim-Subscription-Key"));
        call->authorization = std::string(net::FindHeader(request.headers, "Authorization"));
        call->device = std::string(net::FindHeader(request.headers, "DeviceId"));
        call->content_type = std::string(net::FindHeader(request.headers, "Content-Type"));
        call->respond = std::move(respond);
        pool_.Do([this, call] { Serve(call); });
      },
      log);
  if (!server) return std::move(server).error();
  server_ = std::move(*server);
  return Ok();
}

net::ServerResponse Api::No(const HaloError& error) {
  return No(error, json::Object{{"integratorId", cloud_.integrator_id()}});
}

net::ServerResponse Api::No(const HaloError& error, const json::Value& query) {
  return Answer(error, cloud_.switches().envelope, query);
}

void Api::Serve(const std::shared_ptr<Call>& call) {
  const std::string_view path = call->path;
  for (std::string_view part : Split(path.substr(path.starts_with("/") ? 1 : 0), '/'))
    call->parts.push_back(PercentDecode(part, false));
  call->desktop = call->parts[0] == "desktop";
  if (auto error = Authenticate(*call)) return call->Answer(No(*error));
  if (auto response = Route(call)) call->Answer(std::move(*response));
}

std::optional<HaloError> Api::Authenticate(Call& call) {
  if (!call.desktop) return cloud_.Admit(call.key);
  // INFERRED: whether a desktop sends the subscription key too is unclear, so it is not asked for
  // (halo-connect sheet §2).
  constexpr std::string_view kBearer = "Bearer ";
  const bool bearer = call.authorization.starts_with(kBearer);
  const auto site = bearer && !call.device.empty()
                        ? cloud_.TokenSite(call.authorization.substr(kBearer.size()), call.device)
                        : std::nullopt;
  if (!site) return Turned(401, "Invalid token");
  // A token is good for the one site that it was made for.
  if (call.parts.size() > 2 && call.parts[2] != *site)
    return Refused(403, "The token is not for this site.");
  return cloud_.CountCall();
}

std::optional<net::ServerResponse> Api::Route(const std::shared_ptr<Call>& call) {
  const auto& parts = call->parts;
  const bool post = call->method == "POST", get = call->method == "GET";
  if (parts.size() == 2 && parts[0] == "integrator") {
    if (post && (parts[1] == "pair-site" || parts[1] == "pairSite")) return PairSite(*call);
    if (get && parts[1] == "sites") return Sites(*call);
    if (post && parts[1] == "token") return Token(*call);
    return No(NoSuchOperation());
  }
  const bool site_path =
      IsUnder(parts, "integrator", "sites") || IsUnder(parts, "desktop", "sites");
  if (!site_path || parts.size() < 3) return No(NoSuchOperation());
  auto reached = cloud_.Reach(parts[2]);
  if (const auto* error = std::get_if<HaloError>(&reached)) return No(*error);
  return AtSite(call, *std::get<Site*>(reached));
}

std::optional<net::ServerResponse> Api::AtSite(const std::shared_ptr<Call>& call, Site& site) {
  const auto& parts = call->parts;
  if (parts.size() == 3 && call->method == "GET" && !call->desktop)
    return Answer(200, cloud_.Describe(site));
  if (parts.size() > 4 && parts[3] == "queries") return AtQueries(call, site);
  if (parts.size() > 5 && parts[3] == "fhir" && parts[4] == "R4") return AtFhir(*call, site);
  return No(NoSuchOperation());
}

std::optional<net::ServerResponse> Api::AtQueries(const std::shared_ptr<Call>& call, Site& site) {
  const auto& parts = call->parts;
  const bool post = call->method == "POST", get = call->method == "GET";
  if (parts[4] == "registered") return AtRegistered(*call, site);
  if (parts.size() == 5 && post) {
    if (parts[4] == "immediate") return Immediate(call, site);
    if (parts[4] == "async") return Async(*call, site);
    if (parts[4] == "status" && !call->desktop) return BatchStatus(*call, site);
  }
  const bool page = parts.size() == 7 && parts[5] == "results";
  const bool stream =
      parts.size() == 8 && parts[5] == "results" && parts[7] == "stream" && !call->desktop;
  if (!get || (parts.size() != 5 && !page && !stream)) return No(NoSuchOperation());
  const auto query = queries_.Of(cloud_.Guid(site), parts[4]);
  if (query == nullptr) return No(Refused(404, "The query was not found."));
  if (parts.size() == 5) return Answer(200, queries_.Describe(site, *query));
  return ResultPage(site, *query, parts[6], stream);
}

net::ServerResponse Api::PairSite(const Call& call) {
  const Form form = ParseForm(call.query);
  const auto pms_id = Find(form, "practiceManagementSiteId");
  const auto name = Find(form, "practiceManagementName");
  const auto code = Find(form, "pairingCode");
  if (!pms_id || pms_id->empty())
    return No(Refused(400, "The query parameter 'practiceManagementSiteId' is required."));
  if (!name || (*name != "Best Practice" && *name != "Zedmed" && *name != "D4w")) {
    return No(Refused(400,
                      "The query parameter 'practiceManagementName' must be one of 'Best "
                      "Practice', 'Zedmed', 'D4w'."));
  }
  if (*name != "Best Practice")
    return No(Refused(404, "No site with this practice management site id."));
  if (!code || code->empty())
    return No(Refused(400, "The query parameter 'pairingCode' is required for Best Practice."));
  auto paired = cloud_.Pair(*pms_id, *code);
  if (const auto* error = std::get_if<HaloError>(&paired)) return No(*error);
  return Answer(200, cloud_.Describe(*std::get<Site*>(paired)));
}

net::ServerResponse Api::Sites(const Call& call) {
  const Form form = ParseForm(call.query);
  const auto pms_id = Find(form, "practiceManagementSiteId");
  const auto name = Find(form, "practiceManagementName");
  if (!pms_id || pms_id->empty() || !name ||
      (*name != "Best Practice" && *name != "Zedmed" && *name != "D4w")) {
    return No(Refused(400,
                      "The query parameters 'practiceManagementSiteId' and "
                      "'practiceManagementName' are required."));
  }
  json::Array sites;
  Site* site = *name == "Best Practice" ? cloud_.WithPmsId(*pms_id) : nullptr;
  if (site != nullptr && cloud_.Paired(*site) && site->clinic.sandbox().integrations().enabled()) {
    sites.push_back(cloud_.Describe(*site));
  }
  return Answer(200, json::Object{{"sites", std::move(sites)}});
}

net::ServerResponse Api::Token(const Call& call) {
  if (!AsciiLower(call.content_type).starts_with("application/x-www-form-urlencoded"))
    return No(Refused(415, "The body must be application/x-www-form-urlencoded."));
  const Form form = ParseForm(call.body);
  const auto grant = Find(form, "grant_type"), device = Find(form, "device_id"),
             guid = Find(form, "site_id");
  if (!grant || *grant != "urn:halo-connect:oauth:desktop-token" || !device || device->empty() ||
      !guid) {
    return No(Refused(400, "grant_type, device_id and site_id are required."));
  }
  auto reached = cloud_.Reach(*guid);
  if (const auto* error = std::get_if<HaloError>(&reached)) return No(*error);
  return Answer(200, json::Object{{"access_token", cloud_.NewToken(*guid, *device)},
                                  {"token_type", "Bearer"},
                                  {"expires_in", Cloud::kTokenSeconds}});
}

std::optional<net::ServerResponse> Api::Immediate(const std::shared_ptr<Call>& call, Site& site) {
  auto body = ReadBody(call->body);
  if (const auto* error = std::get_if<HaloError>(&body)) return No(*error);
  auto read = ReadCommand(std::get<json::Value>(body));
  auto* command = std::get_if<Command>(&read);
  if (command == nullptr) return No(std::get<HaloError>(read));
  if (auto error = ReadQueueTime(std::get<json::Value>(body), kImmediateQueueMs,
                                 kMostImmediateQueueMs, *command)) {
    return No(*error);
  }
  command->catalogue = std::get<json::Value>(body).Text("catalogue");
  // INFERRED: nothing public tells what an unknown catalogue is answered with.
  if (!command->catalogue.empty() && command->catalogue != "Patients")
    return No(Refused(400, "The catalogue '" + command->catalogue + "' was not found."));
  if (auto error = cloud_.Bill(site, "immediate")) return No(*error);
  const auto query =
      queries_.Begin(site, "immediate", *command, static_cast<std::int64_t>(call->body.size()));
  json::Value object = queries_.Describe(site, *query);
  const std::string availability = site.clinic.sandbox().integrations().availability();
  if (availability != "online") {
    QueryResult lost;
    lost.error = availability == "offline"
                     ? Refused(503, "The site could not be contacted.")
                     : Refused(504, "The site did not answer; it was lost during the attempt.");
    queries_.End(*query, site, lost);
    return No(*lost.error, object);
  }
  (void)stop_.WaitFor(milliseconds(cloud_.Latency(site)));
  const Switches switches = cloud_.switches();
  Clinic::Asked asked;
  asked.shared = switches.shared_names;
  asked.patience_ms = switches.patience_ms;
  asked.too_late = [this, call, object] {
    call->Answer(No(Refused(504, "Query took more than 30 seconds to return a result."), object));
  };
  QueryResult result = site.clinic.Run(*command, asked, stop_);
  // INFERRED: the bound is on the rows' JSON, before base64.
  if (!result.error &&
      static_cast<std::int64_t>(result.rows.json.size()) > switches.largest_immediate) {
    result.error = Failed(413, "http", 413, "The result is larger than 8 MB.");
  }
  queries_.End(*query, site, result);
  if (result.silent) {
    const std::lock_guard lock(mutex_);
    silent_.push_back(call);
    return std::nullopt;
  }
  if (result.garbage) return Json("<html><body>Service</body></html>");
  object = queries_.Describe(site, *query);
  if (result.error) {
    net::ServerResponse no = No(*result.error, object);
    if (switches.failed_as_200 && result.error->natural == Envelope::kQuery) no.status = 200;
    return no;
  }
  if (const json::Value* told = object.Find("result"); told != nullptr) {
    json::Value whole = *told;
    if (command->mode != ExecutionMode::kNonQuery) whole.Set("data", Base64(result.rows.json));
    object.Set("result", std::move(whole));
  }
  net::ServerResponse response = Answer(200, object);
  if (result.cut_at && *result.cut_at < response.body.size()) response.body.resize(*result.cut_at);
  return response;
}

net::ServerResponse Api::Async(const Call& call, Site& site) {
  auto body = ReadBody(call.body);
  if (const auto* error = std::get_if<HaloError>(&body)) return No(*error);
  auto read = ReadCommand(std::get<json::Value>(body));
  auto* command = std::get_if<Command>(&read);
  if (command == nullptr) return No(std::get<HaloError>(read));
  if (auto error =
          ReadQueueTime(std::get<json::Value>(body), kAsyncQueueMs, kMostAsyncQueueMs, *command)) {
    return No(*error);
  }
  command->catalogue = std::get<json::Value>(body).Text("catalogue");
  if (!command->catalogue.empty() && command->catalogue != "Patients")
    return No(Refused(400, "The catalogue '" + command->catalogue + "' was not found."));
  if (auto error = cloud_.Bill(site, "async")) return No(*error);
  const auto query = queries_.Begin(site, "async", std::move(*command),
                                    static_cast<std::int64_t>(call.body.size()));
  const json::Value object = queries_.Describe(site, *query);
  queries_.Queue(site, query);
  return Answer(201, object);
}

net::ServerResponse Api::AtRegistered(const Call& call, Site& site) {
  const auto& parts = call.parts;
  const std::string guid = cloud_.Guid(site);
  if (parts.size() == 5 && call.method == "GET") return Answer(200, registered_.List(guid));
  if (parts.size() == 5 && call.method == "POST") {
    auto body = ReadBody(call.body);
    if (const auto* error = std::get_if<HaloError>(&body)) return No(*error);
    auto made = registered_.Create(site, std::get<json::Value>(body),
                                   static_cast<std::int64_t>(call.body.size()));
    if (const auto* error = std::get_if<HaloError>(&made)) return No(*error);
    return Answer(202, json::Object{{"id", std::get<std::string>(made)}});
  }
  if (parts.size() == 6 && call.method == "GET") {
    const auto facts = registered_.Describe(guid, parts[5]);
    return facts ? Answer(200, *facts) : No(Refused(404, "The query was not found."));
  }
  if (parts.size() == 6 && call.method == "DELETE") {
    if (!registered_.Cancel(guid, parts[5], site.clinic.Now()))
      return No(Refused(404, "The query was not found."));
    net::ServerResponse done;
    done.status = 204;
    return done;
  }
  if (parts.size() == 7 && parts[6] == "results" && call.method == "GET") {
    auto result = registered_.ResultOf(guid, parts[5]);
    if (const auto* error = std::get_if<HaloError>(&result)) return No(*error);
    return Answer(200, std::get<json::Value>(result));
  }
  return No(NoSuchOperation());
}

net::ServerResponse Api::AtFhir(const Call& call, Site& site) {
  const std::string availability = site.clinic.sandbox().integrations().availability();
  if (availability == "offline") return No(Refused(503, "The site could not be contacted."));
  if (availability != "online") return No(Refused(504, "The site did not answer."));
  if (call.parts[5] != "metadata") {
    if (auto error = cloud_.Bill(site, "fhir")) return No(*error);
  }
  (void)stop_.WaitFor(milliseconds(cloud_.Latency(site)));
  FhirRequest request;
  request.method = call.method;
  request.parts.assign(call.parts.begin() + 5, call.parts.end());
  request.parameters = ParseForm(call.query);
  if (request.method == "POST") {
    for (auto& pair : ParseForm(call.body)) request.parameters.push_back(std::move(pair));
  }
  request.base = "http://127.0.0.1:" + std::to_string(port()) + "/integrator/sites/" +
                 cloud_.Guid(site) + "/fhir/R4";
  Clinic::Asked asked;
  asked.patience_ms = cloud_.switches().patience_ms;
  return AnswerFhir(site, std::string(cloud_.Describe(site).Text("haloLinkVersion")), request,
                    asked, stop_);
}

net::ServerResponse Api::BatchStatus(const Call& call, Site& site) {
  auto body = ReadBody(call.body);
  if (const auto* error = std::get_if<HaloError>(&body)) return No(*error);
  const json::Value* ids = std::get<json::Value>(body).Find("queryIds");
  if (ids == nullptr || !ids->is_array()) return No(Refused(400, "'queryIds' is required."));
  json::Array results;
  for (const json::Value& id : *ids->array()) {
    if (!id.is_string() || !IsUuid(*id.string()))
      return No(Refused(400, "'queryIds' must hold GUIDs."));
    const auto query = queries_.Of(cloud_.Guid(site), *id.string());
    json::Value entry = json::Object{{"queryId", id}, {"status", "notFound"}};
    if (query != nullptr && query->mode == "async") {
      entry.Set("status", "found");
      entry.Set("query", queries_.Describe(site, *query));
    }
    results.push_back(std::move(entry));
  }
  return Answer(200, json::Object{{"results", std::move(results)}});
}

net::ServerResponse Api::ResultPage(Site& site, Query& query, std::string_view number,
                                    bool stream) {
  auto found = queries_.PageOf(site, query, number);
  if (const auto* error = std::get_if<HaloError>(&found)) return No(*error);
  const Page& page = std::get<Page>(found);
  // INFERRED: the stream is of the decoded rows (halo-connect sheet §5.3).
  if (stream) return Json(page.json);
  json::Value body = json::Object{{"data", Base64(page.json)}, {"parameters", query.parameters}};
  net::ServerResponse response = Answer(200, body);
  response.headers.emplace_back("Size", std::to_string(page.json.size()));
  response.headers.emplace_back("Rows-Count", std::to_string(page.rows));
  response.headers.emplace_back("Rows-Range-Start", std::to_string(page.first_row));
  response.headers.emplace_back(
      "Rows-Range-End", std::to_string(page.first_row + std::max<std::int64_t>(page.rows - 1, 0)));
  return response;
}

}  // namespace pons::halo_connect::sandbox
