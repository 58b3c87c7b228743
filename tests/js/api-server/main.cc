// SPDX-License-Identifier: Apache-2.0
// The API over a store full of made-up records, for clients that are not ours to try. Prints one
// JSON line with its address and the app's credentials; ends when its input does.
//
//   pons-api-server DATA_FOLDER [JWKS_FILE]
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>

#include "api/api.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "fhir/encode.h"
#include "json/writer.h"
#include "net/http.h"

namespace pons {
namespace {

using model::Stream;
using model::VendorRef;

constexpr int kPatients = 120;
constexpr char kSecret[] = "a secret for tests only";
constexpr std::string_view kBase = "https://pons.health/connections/con-1";

std::string IdOf(Stream stream, const std::string& vendor_id) {
  return std::string(model::StreamName(stream)) + "-" + vendor_id;
}

class Ids final : public fhir::IdResolver {
 public:
  std::string Resolve(const VendorRef& ref) const override {
    return ref.empty() ? "" : IdOf(ref.stream, ref.id);
  }
};

struct Seeder {
  store::Transaction& tx;
  store::ConnectionKey connection;
  store::GrantKey grant;
  const PracticeZone& zone;
  Ids ids = {};

  void Put(const std::string& vendor_id, const model::Record& record, store::SearchKeys keys) {
    store::RecordWrite write;
    write.stream = model::StreamOf(record);
    write.id = ResourceId(IdOf(write.stream, vendor_id));
    auto encoded = fhir::Encode(record, {.id = write.id.value,
                                         .vendor_id = vendor_id,
                                         .identifier_base = kBase,
                                         .practice_name = "Harbour Skin Clinic",
                                         .source = kBase,
                                         .zone = zone,
                                         .ids = ids});
    write.body = {std::move(encoded.head), std::move(encoded.tail)};
    write.keys = std::move(keys);
    write.source.connection = connection;
    write.source.vendor_id = vendor_id;
    const auto version = tx.PutRecord(write);
    tx.Show(grant, store::KeyOf(write.id.value), "main");
    tx.AppendChange(grant, write.stream, write.id, version, store::ChangeKind::kCreated, true);
  }
};

store::RefKey KeyOfRef(const VendorRef& ref) { return store::KeyOf(IdOf(ref.stream, ref.id)); }

const VendorRef kClinic{Stream::kLocations, "1"};
const VendorRef kDoctor{Stream::kPractitioners, "1"};
const VendorRef kService{Stream::kHealthcareServices, "12"};

void PutPractice(Seeder& seed) {
  model::Location location;
  location.name = "Harbour Skin Clinic";
  location.address.line = {"1 Harbour Street"};
  location.address.city = "Hobart";
  location.address.postal_code = "7000";
  location.address.country = "AU";
  store::SearchKeys keys;
  keys.family = FoldForSearch(location.name);
  seed.Put(kClinic.id, location, keys);

  model::Practitioner doctor;
  doctor.name.family = "Tran";
  doctor.name.given = "Lee";
  keys = {};
  keys.family = "tran";
  keys.given = "lee";
  seed.Put(kDoctor.id, doctor, keys);

  model::PractitionerRole role;
  role.practitioner = kDoctor;
  role.location = kClinic;
  keys = {};
  keys.practitioner = KeyOfRef(kDoctor);
  keys.location = KeyOfRef(kClinic);
  seed.Put("1", role, keys);

  model::HealthcareService service;
  service.name = "Skin check";
  keys = {};
  keys.family = "skin check";
  seed.Put(kService.id, service, keys);
}

void PutPatient(Seeder& seed, int n, Instant start) {
  static constexpr const char* kNames[] = {"Nguyễn", "O'Brien", "Smith", "Müller", "王"};
  const VendorRef patient_ref{Stream::kPatients, std::to_string(n)};
  const VendorRef appointment_ref{Stream::kAppointments, std::to_string(n)};
  model::Patient patient;
  model::HumanName name;
  name.family = kNames[n % 5];
  name.given = "Given" + std::to_string(n);
  patient.names = {name};
  patient.gender = n % 2 == 0 ? model::Gender::kFemale : model::Gender::kMale;
  patient.birth_date = Date(std::chrono::year(1940 + n % 80), std::chrono::month(7),
                            std::chrono::day(static_cast<unsigned>(n % 28 + 1)));
  store::SearchKeys keys;
  keys.family = FoldForSearch(name.family);
  keys.given = FoldForSearch(name.given);
  keys.gender = model::GenderCode(patient.gender);
  keys.birth_date = FormatDate(*patient.birth_date);
  seed.Put(patient_ref.id, patient, keys);

  model::Appointment appointment;
  appointment.patient = patient_ref;
  appointment.practitioner = kDoctor;
  appointment.location = kClinic;
  appointment.service = kService;
  appointment.service_display = "Skin check";
  appointment.start = start + std::chrono::minutes(15 * n);
  appointment.end = appointment.start + std::chrono::minutes(15);
  keys = {};
  keys.patient = KeyOfRef(patient_ref);
  keys.practitioner = KeyOfRef(kDoctor);
  keys.location = KeyOfRef(kClinic);
  keys.service = KeyOfRef(kService);
  keys.status = "booked";
  keys.start = appointment.start;
  keys.end = appointment.end;
  seed.Put(appointment_ref.id, appointment, keys);

  if (n % 3 != 0) return;
  model::Encounter visit;
  visit.patient = patient_ref;
  visit.practitioner = kDoctor;
  visit.location = kClinic;
  visit.appointment = appointment_ref;
  visit.start = appointment.start;
  keys.appointment = KeyOfRef(appointment_ref);
  keys.status = "in-progress";
  keys.end.reset();
  seed.Put(std::to_string(n), visit, keys);

  model::Condition condition;
  condition.patient = patient_ref;
  condition.code.display = "Melanoma in situ";
  keys = {};
  keys.patient = KeyOfRef(patient_ref);
  seed.Put(std::to_string(n), condition, keys);
}

Result<void> Seed(store::Store& store, const std::string& jwks) {
  PONS_ASSIGN(const auto zone, PracticeZone::Named("Australia/Hobart"));
  return store.Write([&](store::Transaction& tx) -> Result<void> {
    tx.Insert(store::Organization{OrganizationId("org-1"), "Harbour Skin Clinic", {}});
    store::Connection connection;
    connection.id = ConnectionId("con-1");
    connection.organization = OrganizationId("org-1");
    connection.vendor = "memory";
    connection.time_zone = zone.name();
    const auto connection_key = tx.Insert(connection);
    store::App app;
    app.id = AppId("app-1");
    app.secret_hash = crypto::HashPassword(Sensitive<std::string>(kSecret));
    app.jwks_json = jwks;
    const auto app_key = tx.Insert(app);
    store::Grant grant;
    grant.id = GrantId("grant-1");
    grant.organization = OrganizationId("org-1");
    grant.connection = connection_key;
    grant.app = app_key;
    Seeder seed{tx, connection_key, tx.Insert(grant), zone};
    PutPractice(seed);
    const Instant start = *ParseInstant("2026-03-09T00:00:00+11:00");
    for (int n = 0; n < kPatients; ++n) PutPatient(seed, n, start);
    return Ok();
  });
}

Result<void> Run(const std::string& folder, const std::string& jwks) {
  crypto::InitCrypto();
  const auto log = StderrLogger(LogLevel::kWarn);
  PONS_ASSIGN(const auto store,
              store::Store::Open({.path = folder + "/data"}, SystemClock(), SystemRandom(), *log));
  PONS_TRY(Seed(*store, jwks));
  net::CurlSettings curl;
  curl.policy = net::AddressPolicy::kAnyForDevelopment;
  const auto transport = net::MakeCurlTransport(curl);
  api::ApiOptions options;
  options.audit_folder = folder + "/audit";
  options.webhook_policy = curl.policy;
  PONS_ASSIGN(const auto api, api::Api::Create(options, {.store = *store,
                                                         .webhook_transport = *transport,
                                                         .clock = SystemClock(),
                                                         .random = SystemRandom(),
                                                         .log = *log}));
  net::ServerOptions server_options;
  api->Configure(server_options);
  PONS_ASSIGN(auto server, net::StartHttpServer(
                               server_options,
                               [&](const net::ServerRequest& request, net::Responder respond) {
                                 api->Handle(request, std::move(respond));
                               },
                               *log));
  std::string ready;
  json::Writer w(ready);
  w.BeginObject();
  w.Member("url", "http://127.0.0.1:" + std::to_string(server->port()));
  w.Member("client_id", "app-1");
  w.Member("client_secret", kSecret);
  w.Member("patients", kPatients);
  w.EndObject();
  std::cout << ready << std::endl;
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  api->Drain();
  server.reset();
  return Ok();
}

}  // namespace
}  // namespace pons

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: pons-api-server DATA_FOLDER [JWKS_FILE]\n";
    return 2;
  }
  std::string jwks;
  if (argc > 2) {
    std::ifstream in(argv[2]);
    jwks.assign(std::istreambuf_iterator<char>(in), {});
  }
  const auto done = pons::Run(argv[1], jwks);
  if (!done) std::cerr << "pons-api-server: " << done.error().summary << "\n";
  return done ? 0 : 1;
}
