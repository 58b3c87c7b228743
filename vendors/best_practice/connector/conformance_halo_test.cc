// SPDX-License-Identifier: Apache-2.0
// The conformance suite over Halo Connect: the same connector and the same practice behind the
// relay's sandbox.
#include "net/folder.h"
#include "net/http.h"
#include "net/sql.h"
#include "vendors/best_practice/connector/conformance_clinic.h"
#include "vendors/halo_connect/connector/halo_access.h"

namespace pons::conformance {
namespace {

using best_practice::BestPracticeConnector;

std::unique_ptr<const BestPracticeConnector> ConnectorTo(int port, const std::string& key) {
  halo_connect::Access access;
  access.url = "http://127.0.0.1:" + std::to_string(port);
  access.subscription_key = Sensitive<std::string>(key);
  return std::make_unique<BestPracticeConnector>(access);
}

// Address and key of Halo are the operator's, not a connection's. So that a check can use wrong
// ones, settings with another Site ID than the practice's go to a connector of theirs.
class ByAccess final : public Connector {
 public:
  explicit ByAccess(std::unique_ptr<const BestPracticeConnector> good) : good_(std::move(good)) {}

  // Settings that are `like` these, for another access.
  Settings Elsewhere(Settings like, std::unique_ptr<const BestPracticeConnector> connector) {
    const auto name = "elsewhere-" + std::to_string(++count_);
    others_[name] = std::move(connector);
    like.Set("halo_site_id", name);
    return like;
  }

  const Descriptor& descriptor() const override { return good_->descriptor(); }
  const Guide* guide() const override { return good_->guide(); }
  Result<void> Check(const Settings& s) const override { return Of(s).Check(s); }
  milliseconds PollInterval(const Settings& s, Stream stream) const override {
    return Of(s).PollInterval(s, stream);
  }
  milliseconds Settling(const Settings& s) const override { return Of(s).Settling(s); }
  std::unique_ptr<net::SqlTransport> MakeSql(const Settings& s,
                                             const SessionContext& context) const override {
    return Of(s).MakeSql(s, context);
  }
  Result<Settings> Pair(const Settings& s, const SessionContext& context) const override {
    return Of(s).Pair(s, context);
  }
  std::unique_ptr<net::Folder> MakeFolder(const Settings& s) const override {
    return Of(s).MakeFolder(s);
  }
  Result<void> Supports(const Settings& s, model::CommandKind kind) const override {
    return Of(s).Supports(s, kind);
  }
  Result<std::unique_ptr<Session>> Open(const Settings& s,
                                        const SessionContext& context) const override {
    return Of(s).Open(s, context);
  }

 private:
  const BestPracticeConnector& Of(const Settings& settings) const {
    const auto found = others_.find(std::string(settings.Text("halo_site_id")));
    return found == others_.end() ? *good_ : *found->second;
  }

  const std::unique_ptr<const BestPracticeConnector> good_;
  std::map<std::string, std::unique_ptr<const BestPracticeConnector>> others_;
  int count_ = 0;
};

class HaloClinic final : public BestPracticeClinic {
 public:
  HaloClinic(std::shared_ptr<MovedClock> clock, std::unique_ptr<sandboxes::SandboxProcess> sandbox,
             int port)
      : BestPracticeClinic(std::move(clock), std::move(sandbox), port),
        connector_(ConnectorTo(wire_.port(), kPassword)) {}

  static Result<std::unique_ptr<HaloClinic>> Started(std::shared_ptr<MovedClock> clock) {
    PONS_ASSIGN(auto sandbox,
                sandboxes::SandboxProcess::Start(std::string(PONS_BINARY_DIR) + "/bin/pons-sandbox",
                                                 {"halo_connect", "--key", kPassword, "--patients",
                                                  "0", "--appointments", "0"}));
    const auto url = sandbox->Said("halo");
    const int port = std::stoi(url.substr(url.rfind(':') + 1));
    auto clinic = std::make_unique<HaloClinic>(std::move(clock), std::move(sandbox), port);
    PONS_TRY(clinic->Begin());
    PONS_TRY(clinic->BecomePaired());
    return clinic;
  }
  static Result<std::unique_ptr<Clinic>> Open(std::shared_ptr<MovedClock> clock) {
    PONS_ASSIGN(auto clinic, Started(std::move(clock)));
    return std::unique_ptr<Clinic>(std::move(clinic));
  }

  const Connector& connector() const override { return connector_; }
  net::HttpTransport* http() override { return http_.get(); }
  Settings GoodSettings() const override { return settings_; }
  Settings WrongPassword() const override {
    return connector_.Elsewhere(settings_, ConnectorTo(wire_.port(), "not-the-hidden-horse"));
  }
  Settings Unreachable(Nowhere kind) override {
    mute_ = std::make_unique<MutePort>(kind == Nowhere::kAcceptsAndIsSilent);
    return connector_.Elsewhere(settings_, ConnectorTo(mute_->port(), kPassword));
  }
  // Behind a Halo of its own, which this clinic's connector knows too.
  Result<std::unique_ptr<Clinic>> Another() override {
    PONS_ASSIGN(auto other, Started(clock_));
    other->settings_ =
        connector_.Elsewhere(other->settings_, ConnectorTo(other->wire_.port(), kPassword));
    return std::unique_ptr<Clinic>(std::move(other));
  }

 private:
  // As staff and Pons do it: a code from Best Practice's window, exchanged for the site's GUID.
  Result<void> BecomePaired() {
    PONS_ASSIGN(const auto code, control_.Post("/clinic/pairing", Object{}));
    PONS_ASSIGN(const auto importer, control_.Get("/clinic/importer"));
    Settings settings;
    settings.Set("transport", "halo");
    settings.Set("halo_site_id", std::string(code.Text("site_id")));
    settings.SetSecret("halo_pairing_code", std::string(code.Text("pairing_code")));
    // The suite asks when it wants to know, and means it.
    settings.Set("halo_watch", "off");
    settings.Set("opening_hours", "");
    settings.Set("report_folder", std::string(importer.Text("folder")));
    // So that a title comes back as it was sent.
    settings.Set("report_character_set", "UTF-8");
    // For the sample file, which goes straight to the server.
    settings.Set("server", "127.0.0.1");
    settings.SetSecret("password", kPassword);
    SeededRandom random{1};
    const CancelToken cancel;
    MemoryLogger log;
    PONS_ASSIGN(settings_,
                connector_.Pair(settings, {*clock_, http_.get(), nullptr, random, cancel, log,
                                           *PracticeZone::Named("Australia/Sydney")}));
    return Ok();
  }

  const std::unique_ptr<net::HttpTransport> http_ =
      net::MakeCurlTransport({.policy = net::AddressPolicy::kAnyForDevelopment});
  mutable ByAccess connector_;
  Settings settings_;
  std::unique_ptr<MutePort> mute_;
};

Subject HaloSubject() {
  static const auto connector = ConnectorTo(1, kPassword);
  return {"best_practice", &connector->descriptor(),
          []() -> Result<std::unique_ptr<Clinic>> {
            return HaloClinic::Open(std::make_shared<MovedClock>());
          },
          "halo"};
}

}  // namespace

PONS_CONFORMANCE(BestPracticeOverHalo, HaloSubject());

}  // namespace pons::conformance
