// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/connector/halo_facade.h"

#include "vendors/halo_connect/connector/halo_test_kit.h"

namespace pons::halo_connect {
namespace {

constexpr char kStatement[] =
    R"({"resourceType":"CapabilityStatement","name":"RestServer","version":"26.713.10445",
    "fhirVersion":"4.0.1","software":{"name":"BP/Halo FHIR Server"},"rest":[{"mode":"client"},
    {"mode":"server","resource":[{"type":"Patient","interaction":[{"code":"read"},{"code":"search-type"}],
    "searchParam":[{"name":"given"},{}],"operation":[{"name":"summary"}]},{"type":"Location"},{}]}]})";

class HaloFacade : public HaloTest {
 protected:
  Result<Facade> Discover() {
    return DiscoverFacade(TestAccess(), {kGuid, "90001"}, Context(), Soon());
  }
};

TEST_F(HaloFacade, SaysWhatIsOffered) {
  http_.Then(200, kStatement);
  const auto facade = Discover();
  ASSERT_TRUE(facade) << facade.error().summary;
  EXPECT_EQ(http_.Line(0), std::string("GET /integrator/sites/") + kGuid + "/fhir/R4/metadata");
  EXPECT_EQ(facade->software, "BP/Halo FHIR Server");
  EXPECT_EQ(facade->version, "26.713.10445");
  EXPECT_EQ(facade->fhir_version, "4.0.1");
  EXPECT_EQ(facade->resources.size(), 2u);
  const auto* patient = facade->Find("Patient");
  ASSERT_NE(patient, nullptr);
  EXPECT_EQ(*patient, (FacadeResource{"Patient", {"read", "search-type"}, {"given"}, {"summary"}}));
  EXPECT_TRUE(patient->Can("read"));
  EXPECT_FALSE(patient->Can("create"));
  EXPECT_EQ(facade->Find("Appointment"), nullptr);
  EXPECT_TRUE(meter_.counts.empty());
}

TEST_F(HaloFacade, AnythingElseIsNone) {
  for (const char* body : {"", "<html>", "[]", "{}", R"({"resourceType":"CapabilityStatement"})",
                           R"({"resourceType":"Bundle","rest":[{"mode":"server"}]})"}) {
    http_.Then(200, body);
    EXPECT_EQ(Discover().error().fault, Fault::kProtocol) << body;
  }
  http_.Then(503, R"({"resourceType":"OperationOutcome","issue":[{"severity":"error",)"
                  R"("code":"exception","details":{"text":"x"}}]})");
  const auto offline = Discover();
  EXPECT_EQ(offline.error().fault, Fault::kUnavailable);
  EXPECT_EQ(offline.error().effect, Effect::kNone);
}

}  // namespace
}  // namespace pons::halo_connect
