# Who may use whom. This table is the architecture: the build refuses an include that it does not
# list (pons_module.cmake), and ARCHITECTURE.md draws its picture from it.

enable_testing()

# The ground: nothing below base; json, crypto, net and model know only base.
pons_module(NAME base   LINK fmt::fmt spdlog::spdlog date::date date::date-tz Threads::Threads)
pons_module(NAME json   USES base)
pons_module(NAME crypto USES base LINK PkgConfig::SODIUM OpenSSL::Crypto)
pons_module(NAME net    USES base crypto LINK CURL::libcurl OpenSSL::SSL OpenSSL::Crypto ODBC::ODBC)
pons_module(NAME model  USES base)
pons_module(NAME hl7    USES base crypto net model)

# The connector interface, and the core that drives it.
pons_module(NAME connector USES base model net json)
pons_module(NAME fhir      USES base model json crypto)
# Documents drawn from what apps send; knows no store and no network.
pons_module(NAME report USES base model json crypto
            LINK PkgConfig::PANGOCAIRO PkgConfig::TURBOJPEG PkgConfig::LIBPNG)
pons_module(NAME store     USES base model json crypto LINK SQLite::SQLite3)
pons_module(NAME accounts  USES base model crypto store LINK PkgConfig::QRENCODE)
if(TARGET pons_accounts)
  pons_embed(TARGET pons_accounts DIR src/accounts OUTPUT common_passwords.inc
             FILES common_passwords.txt)
endif()
pons_module(NAME grants    USES base model json store)
pons_module(NAME sync      USES base model json crypto connector net store grants fhir TEST_USES memory)
pons_module(NAME commands  USES base model json crypto connector net store grants fhir sync
            TEST_USES memory)
pons_module(NAME delivery  USES base model json crypto net store)
pons_module(NAME api       USES base model json crypto connector net store grants fhir sync commands
            delivery report)
pons_module(NAME admin     USES base model json crypto net connector store grants sync commands
            delivery api fhir accounts)

# Mail to people.
pons_module(NAME notify USES base crypto LINK CURL::libcurl TEST_USES net)

# Sandbox practices as processes of their own: started, spoken to, ended.
pons_module(NAME sandboxes USES base json net)

# The portal: pages for people and the data behind them, in the same server.
pons_module(NAME portal USES base model json crypto net connector store grants fhir sync commands
            delivery report api admin accounts sandboxes LINK ZLIB::ZLIB)
# Its pages, where scripts/portal has built them (scripts/build does).
file(GLOB portal_files CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/web/portal/dist
     ${CMAKE_SOURCE_DIR}/web/portal/dist/[a-z]* ${CMAKE_SOURCE_DIR}/web/portal/dist/assets/*)
list(FILTER portal_files EXCLUDE REGEX "^assets$")
if(TARGET pons_portal AND portal_files)
  pons_embed(TARGET pons_portal DIR web/portal/dist OUTPUT portal_files.inc FILES ${portal_files})
endif()

# One running Pons: wires the core's modules together; the programs and rehearsals start it.
pons_module(NAME server USES base model json crypto connector net store grants fhir sync commands
            delivery api admin accounts portal notify TEST_USES memory)

# The main job played without a person, for the demo's check and the benches: a sandbox process, a
# running Pons, an app's webhook.
pons_module(NAME rehearsal USES base model json crypto connector net store grants fhir sync commands
            delivery api admin server report sandboxes)

# What sandboxes share. Never linked into the server.
pons_module(NAME sandboxkit USES base json net)

# Vendors. A connector sees no store; a sandbox sees neither connector nor model.
pons_module(NAME memory DIR vendors/memory/connector USES base connector model net json)
# A relay, not a practice's program: what it reaches is another vendor's.
pons_module(NAME halo_connect DIR vendors/halo_connect/connector
            USES base json crypto net model connector)
pons_module(NAME best_practice DIR vendors/best_practice/connector
            USES base crypto connector model net json hl7 halo_connect)
pons_module(NAME best_practice_sandbox DIR vendors/best_practice/sandbox
            USES base json net sandboxkit
            LINK SQLite::SQLite3 OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB
            TEST_LINK ODBC::ODBC)
if(TARGET pons_best_practice_sandbox)
  pons_embed(TARGET pons_best_practice_sandbox DIR vendors/best_practice/sandbox
             OUTPUT page_data.inc
             FILES page/index.html page/style.css page/app.js page/clinic.js page/diary.js
                   page/picker.js page/forms.js page/setup.js page/side.js page/inbox.js
                   page/document.js page/mark.svg)
endif()
# The cloud in front of the clinics that best_practice_sandbox stands in for.
pons_module(NAME halo_connect_sandbox DIR vendors/halo_connect/sandbox
            USES base json net sandboxkit best_practice_sandbox LINK OpenSSL::Crypto)
pons_module(NAME vendors DIR vendors
            USES base connector model net json memory halo_connect best_practice)

# Programs: they wire modules together, and nothing uses them.
pons_app(NAME pons DIR apps/pons
         USES base json crypto net model hl7 connector fhir store grants sync commands delivery
              api admin vendors memory best_practice server rehearsal report accounts portal
              sandboxes
         LINK CLI11::CLI11)
pons_app(NAME pons-sandbox DIR apps/pons_sandbox
         USES base json net sandboxkit best_practice_sandbox halo_connect_sandbox
         LINK CLI11::CLI11)

# Suites that cross modules, each with its own CMakeLists.
foreach(suite tests/cli tests/support tests/js/api-server tests/js/hl7-reports tests/house tests/conformance tests/best_practice tests/halo_connect tests/simulation tests/crash tests/scenarios tests/fuzz bench)
  if(EXISTS ${CMAKE_SOURCE_DIR}/${suite}/CMakeLists.txt)
    add_subdirectory(${suite})
  endif()
endforeach()
