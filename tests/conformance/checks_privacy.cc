// SPDX-License-Identifier: Apache-2.0
// F6 to F8: what a session says, whom it dials, and whom it mixes up.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "tests/conformance/checks.h"
#include "tests/conformance/writing.h"

namespace pons::conformance {
namespace {

PatientForm Canary() {
  PatientForm form;
  form.given = "Zephyrinda";
  form.family = "Quandongberry";
  form.birth_date = "1931-07-19";
  form.medicare = "2951234567";
  form.phone = "0255501234";
  form.email = "canary.zq@example.invalid";
  return form;
}

void RequireUnsaid(const std::string& said, const std::string& canary) {
  const auto heard = AsciiLower(said).find(AsciiLower(canary)) != std::string::npos;
  // The canary itself stays out of the report.
  Require(!heard, "a value of " + std::to_string(canary.size()) + " letters that nobody may see");
}

// "127.0.0.1:40123" of every TCP socket of this process that is connected to somewhere.
std::set<std::string> Peers() {
  std::set<std::string> inodes;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code code;
    const auto target = std::filesystem::read_symlink(entry.path(), code).string();
    if (target.starts_with("socket:[")) inodes.insert(target.substr(8, target.size() - 9));
  }
  std::set<std::string> peers;
  std::ifstream table("/proc/self/net/tcp");
  std::string line;
  std::getline(table, line);
  while (std::getline(table, line)) {
    std::istringstream columns(line);
    std::string slot, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    columns >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >>
        timeout >> inode;
    // 0A listens; a remote port of 0 is not connected.
    if (!inodes.contains(inode) || state == "0A" || remote.ends_with(":0000")) continue;
    const auto address = std::stoul(remote.substr(0, 8), nullptr, 16);
    const auto port = std::stoul(remote.substr(9), nullptr, 16);
    std::string text;
    for (int i = 0; i < 4; ++i) {
      text += (i == 0 ? "" : ".") + std::to_string(address >> (8 * i) & 255);
    }
    peers.insert(text + ":" + std::to_string(port));
  }
  return peers;
}

// The canary as a command, refused, lost and found.
void SayWhileWriting(Bench& bench) {
  Scene scene(bench);
  for (const auto kind : scene.Kinds(false)) {
    auto of = scene.Prepare(kind);
    auto body = *of.body;
    if (auto* create = std::get_if<model::CreatePatient>(&body)) {
      create->patient = MadeUp(Canary().given, Canary().family, "1962-05-01");
    } else if (auto* book = std::get_if<model::BookAppointment>(&body)) {
      book->description = Canary().family;
    } else if (auto* cancel = std::get_if<model::CancelAppointment>(&body)) {
      cancel->reason = Canary().family;
    } else {
      continue;
    }
    of.body = std::make_shared<const model::CommandBody>(std::move(body));
    const auto command = scene.Make(of);
    for (const auto trouble : {WriteTrouble::kLoseRequest, WriteTrouble::kLoseAnswer}) {
      Need(bench.clinic().PlanWrite(trouble), "a fault");
      static_cast<void>(scene.Apply(command));
      scene.Settle();
      const auto trace = scene.Find(command);
      if (!trace.applied.ref.empty()) scene.Confirm(command, trace.applied);
    }
    static_cast<void>(scene.Apply(command));
  }
}

// Whether the host of a URL is among those that the descriptor names.
bool IsDeclared(const Descriptor& descriptor, const std::string& url) {
  const auto start = url.find("://");
  if (start == std::string::npos) return false;
  const auto authority = url.substr(start + 3, url.find_first_of("/?", start + 3) - start - 3);
  const auto host = authority.substr(0, authority.find(':'));
  return std::find(descriptor.hosts.begin(), descriptor.hosts.end(), host) !=
         descriptor.hosts.end();
}

}  // namespace

void NothingSensitiveIsSaid(Bench& bench) {
  bench.Seed(2);
  const auto canary = Canary();
  const auto id = Need(bench.clinic().AddPatient(canary), "add a patient");
  const auto session = bench.Open();
  Need(session->Probe(), "Probe");
  for (const auto& support : bench.can().streams) session->Drain(support.stream, {}, 2);
  if (bench.can().reads_records) Need(session->Read(Stream::kPatients, {id}), "read a patient");
  for (const auto trouble : {Trouble::kUnavailable, Trouble::kGarbage, Trouble::kCut}) {
    Need(bench.clinic().Plan(trouble, 40), "a fault");
    static_cast<void>(session->Pull(Stream::kPatients, {}));
    Need(bench.clinic().ClearTroubles(), "no more faults");
  }
  Need(bench.clinic().Spoil(Stream::kPatients, id), "spoil a row");
  static_cast<void>(bench.Open()->Drain(Stream::kPatients));
  const auto wrong = bench.clinic().WrongPassword();
  static_cast<void>(bench.Open(wrong)->Probe());
  if (!bench.can().commands.empty()) SayWhileWriting(bench);

  const auto said = bench.AllSaid();
  for (const auto& value : {canary.given, canary.family, canary.birth_date, canary.medicare,
                            canary.phone, canary.email}) {
    RequireUnsaid(said, value);
  }
  for (const auto& settings : {bench.clinic().GoodSettings(), wrong}) {
    for (const auto& [key, secret] : settings.secrets()) RequireUnsaid(said, secret.Reveal());
  }
}

void OnlyDeclaredHosts(Bench& bench) {
  bench.Seed(2);
  const auto before = Peers();
  const auto session = bench.Open();
  Need(session->Probe(), "Probe");
  const auto allowed = bench.clinic().AllowedPeers();
  const auto look = [&] {
    for (const auto& peer : Peers()) {
      const bool known =
          before.contains(peer) || std::find(allowed.begin(), allowed.end(), peer) != allowed.end();
      Require(known, "connected to " + peer + ", which is not declared");
    }
    for (const auto& url : session->http().dialled) {
      Require(IsDeclared(bench.connector().descriptor(), url), "dialled " + url);
    }
  };
  look();
  for (const auto& support : bench.can().streams) {
    session->Drain(support.stream);
    look();
  }
}

void PracticesStayApart(Bench& bench) {
  auto other = Need(bench.clinic().Another(), "a second practice");
  PatientForm form = Canary();
  std::set<std::string> here;
  std::set<std::string> there;
  for (int i = 0; i < 4; ++i) {
    form.family = "Here" + std::to_string(i);
    Need(bench.clinic().AddPatient(form), "add a patient here");
    here.insert(form.family);
    form.family = "There" + std::to_string(i);
    Need(other->AddPatient(form), "add a patient there");
    there.insert(form.family);
  }
  const auto a = bench.Open();
  const auto b = bench.Open(other->GoodSettings());
  const auto families = [](const ChangePage& page, std::set<std::string>& into) {
    for (const auto& change : page.changes) {
      if (change.record == nullptr) continue;
      into.insert(std::get<model::Patient>(*change.record).names.at(0).family);
    }
  };
  std::set<std::string> from_a;
  std::set<std::string> from_b;
  std::optional<Cursor> at_a;
  std::optional<Cursor> at_b;
  for (int i = 0; i < 8; ++i) {
    const auto page_a = Need(a->Pull(Stream::kPatients, at_a, 1), "pull here");
    const auto page_b = Need(b->Pull(Stream::kPatients, at_b, 1), "pull there");
    families(page_a, from_a);
    families(page_b, from_b);
    at_a = page_a.next;
    at_b = page_b.next;
  }
  Require(from_a == here, "the first practice's session does not give its own patients");
  Require(from_b == there, "the second practice's session does not give its own patients");
  const auto name_a = Need(a->Probe(), "Probe here").practice_name;
  const auto name_b = Need(b->Probe(), "Probe there").practice_name;
  Require(name_a == bench.clinic().practice_name() && name_b == other->practice_name(),
          "a session names the other's practice");
}

}  // namespace pons::conformance
