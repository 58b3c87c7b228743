// SPDX-License-Identifier: Apache-2.0
// From the commit of a visit's row in the practice's database to the webhook received by a real
// HTTP listener: with one connection, and with a hundred polled at once.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "bench/disk.h"
#include "connector/registry.h"
#include "crypto/crypto.h"
#include "rehearsal/main_job.h"
#include "sandboxes/child_process.h"

namespace {

using pons::rehearsal::MainJobReport;
using pons::rehearsal::Percentile;

pons::Result<MainJobReport> Play(int visits, int connections, const pons::Registry& registry,
                                 pons::Logger& log) {
  pons::rehearsal::MainJobOptions options;
  options.sandbox_program = pons::sandboxes::ProgramBesideThis("pons-sandbox");
  options.vendor = "best_practice";
  options.visits = visits;
  options.connections = connections;
  options.longest_pause = std::chrono::milliseconds(200);
  options.progress = [connections](const std::string& what) {
    std::fprintf(stderr, "visit-latency, %d connections: %s\n", connections, what.c_str());
  };
  auto report = pons::rehearsal::PlayMainJob(options, registry, log);
  if (!report) {
    std::fprintf(stderr, "visit-latency: %s\n", report.error().summary.c_str());
  } else {
    for (const auto& problem : report->problems) {
      std::fprintf(stderr, "visit-latency: %s\n", problem.c_str());
    }
  }
  return report;
}

}  // namespace

int main(int argc, char** argv) {
  const int visits = argc > 1 ? std::atoi(argv[1]) : 200;
  if (visits < 1) {
    std::fprintf(stderr, "usage: bench-visit-latency [VISITS]\n");
    return 2;
  }
  pons::crypto::InitCrypto();
  pons::Registry registry;
  PONS_CHECK(pons::RegisterAll(registry));
  const auto log = pons::StderrLogger(pons::LogLevel::kWarn);
  const auto one = Play(visits, 1, registry, *log);
  const auto many = Play(visits, 100, registry, *log);
  if (!one || !many) return 1;
  const double p99 = Percentile(one->visit_to_webhook_ms, 0.99);
  const double p99_100 = Percentile(many->visit_to_webhook_ms, 0.99);
  const double syncs =
      pons::bench::SyncedWritesPerSecond(std::filesystem::temp_directory_path().string());
  std::printf(
      "{\"bench\":\"visit-latency\",\"figures\":{\"visits\":%d,\"ok\":%s,\"p50_ms\":%.0f,"
      "\"p99_ms\":%.0f,\"p50_ms_100\":%.0f,\"p99_ms_100\":%.0f,\"disk_syncs_per_s\":%.0f},"
      "\"targets\":{\"p99_ms\":1000,\"p99_ms_100\":1000}}\n",
      visits, one->ok && many->ok ? "true" : "false", Percentile(one->visit_to_webhook_ms, 0.5),
      p99, Percentile(many->visit_to_webhook_ms, 0.5), p99_100, syncs);
  return one->ok && many->ok && p99 <= 1000 && p99_100 <= 1000 ? 0 : 1;
}
