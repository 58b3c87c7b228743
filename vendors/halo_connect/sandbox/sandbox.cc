// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/sandbox/sandbox.h"

#include <shared_mutex>
#include <vector>

#include "vendors/halo_connect/sandbox/api.h"
#include "vendors/halo_connect/sandbox/cloud.h"
#include "vendors/halo_connect/sandbox/control.h"
#include "vendors/halo_connect/sandbox/queries.h"
#include "vendors/halo_connect/sandbox/registered.h"
#include "vendors/halo_connect/sandbox/webhooks.h"

namespace pons::halo_connect::sandbox {
namespace {

class RunningHalo final : public HaloSandbox {
 public:
  ~RunningHalo() override {
    // Calls of the control ports reach into what goes away below.
    const std::unique_lock lock(gate_);
    open_ = false;
  }

  Result<void> Open(const HaloOptions& options, Logger& log) {
    if (options.sites < 1 || options.sites > 100)
      return MakeError(Fault::kMisconfigured, "--sites must be from 1 to 100");
    if (options.key.empty()) return MakeError(Fault::kMisconfigured, "--key must not be empty");
    cloud_ = std::make_unique<Cloud>(options.key);
    webhooks_ = std::make_unique<Webhooks>(options.webhook_url, options.webhook_secret,
                                           options.webhook_first_retry_ms);
    const auto tell = [this](const char* source) {
      return [this, source](const std::string& site, const std::string& query) {
        webhooks_->Tell(site, query, source);
      };
    };
    queries_ = std::make_unique<Queries>(*cloud_, tell("async"));
    for (int i = 0; i < options.sites; ++i) PONS_TRY(OpenClinic(options, i, log));
    registered_ = std::make_unique<RegisteredQueries>(*cloud_, options.least_frequency_seconds,
                                                      tell("registered"));
    control_ = std::make_unique<HaloControl>(*cloud_, *queries_, *registered_, *webhooks_);
    api_ = std::make_unique<Api>(*cloud_, *queries_, *registered_);
    PONS_TRY(api_->Listen(options.port, log));
    control_->set_url(Url());
    const std::unique_lock lock(gate_);
    open_ = true;
    return Ok();
  }

  std::uint16_t port() const override { return api_->port(); }
  bp::Sandbox& clinic(std::size_t index) override { return *clinics_.at(index); }
  std::string site_id(std::size_t index) const override {
    return cloud_->sites().at(index)->pms_id;
  }
  std::string ReadyLine() const override {
    std::string sites;
    for (std::size_t i = 0; i < clinics_.size(); ++i) {
      sites += (i == 0 ? "" : ",") + cloud_->sites()[i]->pms_id +
               "@http://127.0.0.1:" + std::to_string(clinics_[i]->control_port());
    }
    return "ready halo=" + Url() + " key=" + cloud_->key() + " sites=" + sites;
  }

 private:
  std::string Url() const { return "http://127.0.0.1:" + std::to_string(api_->port()); }

  Result<void> OpenClinic(const HaloOptions& options, int index, Logger& log) {
    bp::SandboxOptions clinic = options.clinic;
    clinic.site_id = std::to_string(options.first_site_id + index);
    clinic.fill.seed += static_cast<std::uint64_t>(index);
    if (index > 0) {
      constexpr const char* kNames[] = {"Harbour Street Clinic", "Wattle Grove Family Practice",
                                        "Coogee Beach Skin Clinic", "Parramatta Road Doctors"};
      clinic.fill.name = kNames[static_cast<std::size_t>(index - 1) % std::size(kNames)];
      clinic.load_fhir.clear();
      clinic.database.clear();
      clinic.reports.folder.clear();
      if (clinic.control_port != 0)
        clinic.control_port = static_cast<std::uint16_t>(clinic.control_port + index);
      if (clinic.wire.port != 0)
        clinic.wire.port = static_cast<std::uint16_t>(clinic.wire.port + index);
    }
    const auto place = static_cast<std::size_t>(index);
    clinic.further =
        [this, place](const sandboxkit::ControlCall& call) -> std::optional<Result<json::Value>> {
      const std::shared_lock lock(gate_);
      if (!open_) return std::nullopt;
      return control_->Call(*cloud_->sites()[place], call);
    };
    PONS_ASSIGN(auto started, bp::Sandbox::Start(clinic, log));
    cloud_->Add(*started, clinic.site_id);
    clinics_.push_back(std::move(started));
    return Ok();
  }

  // In the order of need: what stands later uses what stands before. The clinics' control ports
  // call back into the rest, once open_.
  std::shared_mutex gate_;
  bool open_ = false;
  std::vector<std::unique_ptr<bp::Sandbox>> clinics_;
  std::unique_ptr<Cloud> cloud_;
  std::unique_ptr<Webhooks> webhooks_;
  std::unique_ptr<Queries> queries_;
  std::unique_ptr<RegisteredQueries> registered_;
  std::unique_ptr<HaloControl> control_;
  std::unique_ptr<Api> api_;
};

}  // namespace

Result<std::unique_ptr<HaloSandbox>> HaloSandbox::Start(const HaloOptions& options, Logger& log) {
  auto sandbox = std::make_unique<RunningHalo>();
  PONS_TRY(sandbox->Open(options, log));
  return std::unique_ptr<HaloSandbox>(std::move(sandbox));
}

}  // namespace pons::halo_connect::sandbox
