// SPDX-License-Identifier: Apache-2.0
#include "demo_page.h"

namespace pons {
namespace {

constexpr char kTop[] = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pons demo</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath d='M3 26V14M29 26V14M3 18C9 6 23 6 29 18' fill='none' stroke='%230f766e' stroke-width='4' stroke-linecap='round'/%3E%3C/svg%3E">
<style>
:root { color-scheme: light dark; --ink:#1c2528; --soft:#566267; --line:#d9dfe1; --paper:#fff; --ground:#f4f6f6; --accent:#0f766e; --on-accent:#fff; }
@media (prefers-color-scheme: dark) { :root { --ink:#e6ebec; --soft:#a3b0b4; --line:#344044; --paper:#1a2124; --ground:#12181a; --accent:#5fc9bd; --on-accent:#08201d; } }
* { box-sizing: border-box; }
body { margin:0; min-height:100vh; display:flex; flex-direction:column; background:var(--ground); color:var(--ink); font:16px/1.45 system-ui, sans-serif; }
header { padding:16px 24px 12px; background:var(--paper); border-bottom:1px solid var(--line); }
.top { display:flex; align-items:center; gap:12px; flex-wrap:wrap; }
.top svg { width:28px; height:28px; color:var(--accent); flex:none; }
h1 { font-size:20px; font-weight:600; margin:0; }
.lead { margin:0; color:var(--soft); }
ol { list-style:none; display:grid; grid-template-columns:repeat(3, minmax(0, 1fr)); gap:8px 24px; margin:14px 0 0; padding:0; counter-reset:step; }
li { counter-increment:step; padding-left:36px; position:relative; font-size:15px; min-height:28px; }
li::before { content:counter(step); position:absolute; left:0; top:0; width:26px; height:26px; border-radius:50%; border:1px solid var(--accent); color:var(--accent); font-weight:600; text-align:center; line-height:24px; font-size:14px; }
main { flex:1; display:grid; grid-template-columns:minmax(0, 3fr) minmax(0, 2fr); gap:16px; padding:16px 24px; }
section { display:flex; flex-direction:column; background:var(--paper); border:1px solid var(--line); border-radius:8px; overflow:hidden; min-height:560px; }
.bar { display:flex; justify-content:space-between; align-items:center; gap:12px; padding:8px 16px; border-bottom:1px solid var(--line); }
h2 { font-size:15px; font-weight:600; margin:0; }
a { color:var(--accent); }
.bar a { font-size:14px; white-space:nowrap; padding:10px 0; }
iframe { flex:1; border:0; width:100%; background:var(--paper); }
.none { padding:24px; color:var(--soft); }
footer { padding:0 24px 16px; color:var(--soft); font-size:14px; }
.tabs { display:none; }
:focus-visible { outline:3px solid var(--accent); outline-offset:2px; }
@media (max-width: 900px) {
  ol { grid-template-columns:1fr; }
  main { display:block; padding:12px; }
  header, footer { padding-left:16px; padding-right:16px; }
  .tabs { display:flex; gap:8px; padding:12px 12px 0; }
  .tabs button { flex:1; min-height:44px; font:inherit; color:var(--ink); background:var(--paper); border:1px solid var(--line); border-radius:8px; }
  .tabs button[aria-selected=true] { background:var(--accent); border-color:var(--accent); color:var(--on-accent); font-weight:600; }
  section { min-height:75vh; }
  body[data-show=practice] #app, body[data-show=app] #practice { display:none; }
}
</style>
</head>
<body data-show="practice">
<header>
  <div class="top">
    <svg viewBox="0 0 32 32" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" aria-hidden="true"><path d="M3 26V14M29 26V14M3 18C9 6 23 6 29 18"/></svg>
    <h1>Pons demo</h1>
    <p class="lead">A visit starts in the practice, and the patient stands in the app; what the app books and reports stands in the practice.</p>
  </div>
  <ol>
)html";

}  // namespace

std::string RenderDemoPage(const DemoPage& page) {
  std::string out = kTop;
  out +=
      "<li>In the practice, pick an appointment for a skin check and press <b>Start "
      "visit</b>.</li>";
  out += "<li>Watch the patient arrive in the app. Shared are only " + page.shared + ".</li>";
  out +=
      "<li>In the app, press <b>Book follow-up</b>: it stands in the practice's diary. Press "
      "<b>Send "
      "report</b>: the PDF is in the practice's inbox within seconds.</li></ol></header>";
  out += R"html(<div class="tabs" role="tablist" aria-label="Shown">
<button role="tab" id="tab-practice" aria-controls="practice" aria-selected="true">Practice</button>
<button role="tab" id="tab-app" aria-controls="app" aria-selected="false">App</button></div><main>)html";
  out +=
      "<section id=\"practice\" aria-label=\"The practice\"><div class=\"bar\"><h2>The practice "
      "(Best Practice sandbox)</h2><a href=\"" +
      page.practice_url +
      "\" target=\"_blank\" rel=\"noopener\">Open alone</a></div><iframe title=\"The practice's "
      "own "
      "system\" src=\"" +
      page.practice_url + "\"></iframe></section>";
  out +=
      "<section id=\"app\" aria-label=\"The app\"><div class=\"bar\"><h2>The app (example: patient "
      "list)</h2>";
  if (page.app_url.empty()) {
    out +=
        "</div><p class=\"none\">The example app is not running: it needs Node 18 or newer. Run "
        "<code>scripts/demo</code>, which installs it, or start it by hand as "
        "<code>examples/patient-list/README.md</code> says.</p></section>";
  } else {
    out += "<a href=\"" + page.app_url +
           "\" target=\"_blank\" rel=\"noopener\">Open alone</a></div><iframe title=\"The example "
           "app\" "
           "src=\"" +
           page.app_url + "\"></iframe></section>";
  }
  out +=
      "</main><footer>Everything here runs on this machine with made-up people. The API apps use "
      "is "
      "at <a href=\"" +
      page.api_url + "/fhir/R4/metadata\">" + page.api_url +
      "/fhir/R4</a>. Stop the demo with Ctrl-C.</footer>";
  out += R"html(<script>
const tabs = [...document.querySelectorAll('.tabs button')];
for (const tab of tabs) {
  tab.addEventListener('click', () => {
    document.body.dataset.show = tab.getAttribute('aria-controls');
    for (const other of tabs) other.setAttribute('aria-selected', String(other === tab));
  });
  tab.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const next = tabs[(tabs.indexOf(tab) + 1) % tabs.length];
    next.focus();
    next.click();
  });
}
</script>
</body>
</html>
)html";
  return out;
}

}  // namespace pons
