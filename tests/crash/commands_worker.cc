// SPDX-License-Identifier: Apache-2.0
// crash-commands-worker FOLDER N: an app asks for bookings and reports, and goes on from where the
// last run of the folder ended. At the Nth commit point the process kills itself (0: never). Exit
// code 0: every command has come to its end.
//
// The practice keeps a journal beside the store, `journal`, which is on disk before it answers: a
// line for each thing that it was asked ("apply B3"), for each effect ("effect B3"), for each clear
// no ("no B3"). It is the practice's memory as well: what it holds has happened.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "base/clock_fake.h"
#include "commands/engine.h"
#include "crypto/crypto.h"

namespace pons::crash {
namespace {

constexpr int kCommands = 24;
const Instant kBegin = *ParseInstant("2026-03-09T01:00:00Z");

class Journal {
 public:
  explicit Journal(const std::string& path)
      : file_(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) lines_.push_back(line);
  }
  ~Journal() { close(file_); }
  void Add(const std::string& line) {
    const std::string whole = line + "\n";
    if (write(file_, whole.data(), whole.size()) != static_cast<ssize_t>(whole.size())) abort();
    lines_.push_back(line);
  }
  int Count(const std::string& line) const {
    int times = 0;
    for (const auto& past : lines_) times += past == line ? 1 : 0;
    return times;
  }

 private:
  int file_;
  std::vector<std::string> lines_;
};

// What the wish is called in the journal: B0, B1, … for bookings, D2 for documents.
std::string NameOf(const model::CommandBody& body) {
  if (const auto* book = std::get_if<model::BookAppointment>(&body)) {
    return "B" + book->description;
  }
  return "D" + std::get<model::AttachDocument>(body).title;
}

// Of four wishes one goes well; one loses its answer after the effect, one its request before it,
// and one is told to come back.
class Practice final : public Session, public CommandSink {
 public:
  explicit Practice(Journal& journal) : journal_(journal) {}
  Result<ProbeReport> Probe(Instant) override { return ProbeReport{}; }
  CommandSink* commands() override { return this; }

  Result<Applied> Apply(const Command& command) override {
    const auto name = NameOf(*command.body);
    journal_.Add("apply " + name);
    const bool first = journal_.Count("apply " + name) == 1;
    const int way = std::stoi(name.substr(1)) % 4;
    Error lost = MakeError(Fault::kUnavailable, "no answer");
    lost.effect = Effect::kUnknown;
    if (first && way == 3) {
      journal_.Add("no " + name);
      return MakeError(Fault::kUnavailable, "busy");
    }
    if (first && way == 2) return lost;
    journal_.Add("effect " + name);
    if (first && way == 1) return lost;
    return Done(command);
  }
  Result<Trace> FindEffect(const Command& command) override {
    const auto name = NameOf(*command.body);
    journal_.Add("find " + name);
    Trace trace;
    if (journal_.Count("effect " + name) > 0) trace = {Trace::Kind::kFound, Done(command), {}};
    return trace;
  }
  Result<Confirmation> Confirm(const Command& command, const Applied& applied) override {
    Confirmation confirmation;
    const auto* book = std::get_if<model::BookAppointment>(command.body.get());
    if (book == nullptr) {
      // The importer comes by at the second look.
      const auto name = NameOf(*command.body);
      journal_.Add("look " + name);
      if (journal_.Count("look " + name) < 2) confirmation.kind = Confirmation::Kind::kWaiting;
      return confirmation;
    }
    model::Appointment made;
    made.patient = book->patient;
    made.start = book->start;
    made.end = book->start + std::chrono::minutes(15);
    Change change;
    change.ref = applied.ref;
    change.record = std::make_shared<const model::Record>(made);
    change.version = "1";
    confirmation.change = std::move(change);
    return confirmation;
  }

 private:
  static Applied Done(const Command& command) {
    const bool booking = std::holds_alternative<model::BookAppointment>(*command.body);
    Applied applied;
    applied.ref = {booking ? model::Stream::kAppointments : model::Stream::kDocumentReferences,
                   NameOf(*command.body)};
    return applied;
  }
  Journal& journal_;
};

class PracticeConnector final : public Connector {
 public:
  explicit PracticeConnector(Journal& journal) : journal_(journal) {
    descriptor_.id = "journal";
    descriptor_.name = "Journal";
    descriptor_.region = "AU";
    descriptor_.can.max_document_bytes = 1000;
  }
  const Descriptor& descriptor() const override { return descriptor_; }
  Result<void> Check(const Settings&) const override { return Ok(); }
  Result<void> Supports(const Settings&, model::CommandKind) const override { return Ok(); }
  Result<std::unique_ptr<Session>> Open(const Settings&, const SessionContext&) const override {
    return std::unique_ptr<Session>(std::make_unique<Practice>(journal_));
  }

 private:
  Journal& journal_;
  Descriptor descriptor_;
};

Result<void> SetUp(store::Store& store) {
  return store.Write([](store::Transaction& tx) -> Result<void> {
    tx.Insert(store::Organization{OrganizationId("org"), "Org", kBegin});
    store::Connection connection;
    connection.id = ConnectionId("con");
    connection.organization = OrganizationId("org");
    connection.name = "Practice";
    connection.vendor = "journal";
    connection.time_zone = "Australia/Sydney";
    connection.settings_json = "{}";
    store::Grant grant;
    grant.connection = tx.Insert(connection);
    store::App app;
    app.id = AppId("app");
    grant.app = tx.Insert(app);
    grant.id = GrantId("grant");
    grant.organization = OrganizationId("org");
    grant.switches.take_bookings = grant.switches.reports_out = true;
    tx.Insert(grant);
    return Ok();
  });
}

commands::Submission Wish(int number) {
  commands::Submission out;
  out.connection = out.grant = out.app = 1;
  out.idempotency_key = "key-" + std::to_string(number);
  out.request_hash = "hash";
  const std::string patient = "p" + std::to_string(number % 3);
  out.patient = ResourceId(patient);
  out.deadline = kBegin + std::chrono::hours(10000);
  if (number % 6 == 5) {
    model::AttachDocument document;
    document.document_id = "doc" + std::to_string(number);
    document.patient = {model::Stream::kPatients, patient};
    document.title = std::to_string(number);
    out.body = document;
    out.content = std::make_shared<const std::string>("%PDF-1.7");
    return out;
  }
  model::BookAppointment book;
  book.patient = {model::Stream::kPatients, patient};
  book.practitioner = {model::Stream::kPractitioners, "d"};
  book.start = kBegin + std::chrono::hours(24 + number);
  book.description = std::to_string(number);
  out.body = book;
  return out;
}

// A run of the folder is told from the others, so that its clock goes on and its ids are new.
int NextStart(const std::string& folder) {
  int past = 0;
  std::ifstream(folder + "/starts") >> past;
  std::ofstream(folder + "/starts.new") << past + 1;
  rename((folder + "/starts.new").c_str(), (folder + "/starts").c_str());
  return past;
}

int Run(const std::string& folder, std::uint64_t crash_at) {
  crypto::InitCrypto();
  const int start = NextStart(folder);
  FakeClock clock(kBegin + std::chrono::hours(start));
  SeededRandom random(static_cast<std::uint64_t>(7 + start));
  const auto log = StderrLogger(LogLevel::kError);
  Journal journal(folder + "/journal");
  const PracticeConnector connector(journal);
  Registry registry;
  registry.Add(connector);
  store::StoreOptions options;
  options.path = folder + "/store";
  options.writer_thread = false;
  options.at_commit_point = [crash_at](std::uint64_t point) {
    if (point == crash_at) kill(getpid(), SIGKILL);
  };
  auto store = store::Store::Open(options, clock, random, *log);
  if (!store) return 3;
  const auto reader = (*store)->OpenReader();
  if (!reader) return 3;
  if ((*reader)->Connections()->empty() && !SetUp(**store)) return 4;
  grants::GrantBook book(**store);
  commands::CommandEngine desk(**store, book, registry, clock, random, *log, nullptr);
  for (int number = 0; number < kCommands; ++number) {
    // An app that does not know whether it was heard asks again with the same key.
    const auto submitted = desk.Submit(Wish(number));
    if (!submitted) {
      std::cerr << submitted.error().summary << "\n";
      return 6;
    }
    // Some are handed in while others are under way.
    if (number % 4 == 3) desk.RunDue();
  }
  for (int round = 0; round < 1000; ++round) {
    const auto next = desk.RunDue();
    if (!next) break;
    if (*next > clock.Now()) clock.Step(*next - clock.Now());
  }
  const auto open = (*reader)->Commands({std::nullopt, std::nullopt, true, 1000});
  return open && open->empty() ? 0 : 5;
}

}  // namespace
}  // namespace pons::crash

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "crash-commands-worker FOLDER N\n";
    return 2;
  }
  return pons::crash::Run(argv[1], std::stoull(argv[2]));
}
