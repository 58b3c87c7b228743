// SPDX-License-Identifier: Apache-2.0
// Setup > Configuration > Database > Set up third-party integrations, as Bp has it where the
// practice stands behind Halo Connect: who is let in, and the pairing codes that are handed out.
// And the Halo Link service of the practice's server, which a test may stop.

import {announce, clinic, h, toast} from './clinic.js';
import {confirmIn} from './forms.js';

const SERVICE = [['online', 'Running'], ['offline', 'Stopped'], ['unreachable', 'Not answering']];

// A modal window; gives the focus back when it goes.
function openWindow(title, id, body, footer) {
  const opener = document.activeElement;
  const dialog = h('dialog', {class: `dialog ${id}`, 'aria-labelledby': `${id}-title`},
                   h('form', {method: 'dialog'},
                     h('header', {}, h('h2', {id: `${id}-title`}, title),
                       h('button', {type: 'button', class: 'icon', 'aria-label': 'Close',
                                    onclick: () => dialog.close()}, '×')),
                     h('p', {class: 'problem', role: 'alert', hidden: true}),
                     h('div', {class: 'dialog-body'}, body), h('footer', {}, footer)));
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (opener?.isConnected) opener.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

// What came of something, said in the window that hides the page's own messages.
function tell(dialog, text, bad = false) {
  const problem = dialog.querySelector('.problem');
  problem.textContent = bad ? text : '';
  problem.hidden = !bad;
  if (!bad) announce(text);
}

function openPairingCode({site_id, pairing_code}) {
  const copy = (what, text) => h('button', {type: 'button', 'aria-label': `Copy ${what}`, onclick: async (event) => {
    try {
      await navigator.clipboard.writeText(text);
      tell(dialog, `${what} copied.`);
      event.target.textContent = 'Copied';
    } catch {
      tell(dialog, `The browser does not let this page copy. Mark the ${what.toLowerCase()} and copy it by hand.`, true);
    }
  }}, 'Copy');
  const dialog = openWindow('Pairing code', 'pairing', [
    h('p', {}, 'Enter both in Pons, where it asks for them.'),
    h('dl', {class: 'codes'},
      h('dt', {}, 'Site ID'), h('dd', {}, h('output', {id: 'site-id'}, site_id), copy('Site ID', site_id)),
      h('dt', {}, 'Pairing Code'),
      h('dd', {}, h('output', {id: 'pairing-code'}, pairing_code), copy('Pairing code', pairing_code))),
    h('p', {class: 'quiet'}, 'The code is good once, and for 24 hours.'),
  ], h('button', {type: 'submit', class: 'primary'}, 'Done'));
  dialog.querySelector('.primary').focus();
  announce(`Site ID ${site_id}. Pairing code ${[...pairing_code].join(' ')}.`);
}

export async function openSetup() {
  let known;
  try {
    known = await clinic.integrations();
  } catch (error) {
    return toast(error.message, 'bad');
  }
  const place = h('div', {class: 'ask'});
  const note = h('p', {class: 'quiet', id: 'generate-note'});
  let selected = false;

  const tick = h('input', {type: 'checkbox', 'aria-label': `Allow ${known.product}`});
  tick.checked = known.enabled;
  const row = h('button', {type: 'button', class: 'product-name', 'aria-pressed': 'false'},
                h('b', {}, known.product), h('span', {class: 'quiet'}));
  const generate = h('button', {type: 'button', 'aria-describedby': 'generate-note'},
                     'Generate Pairing Code');
  const save = h('button', {type: 'button', class: 'primary'}, 'Save');

  const draw = () => {
    row.setAttribute('aria-pressed', String(selected));
    row.querySelector('span').textContent = known.enabled
        ? 'May read and write this practice’s records' : 'Not allowed';
    save.disabled = tick.checked === known.enabled;
    generate.disabled = !selected || !known.enabled;
    note.textContent = !known.enabled ? 'To hand out a pairing code, tick the product and save.'
                       : selected ? 'A new code leaves the ones before it good.'
                                  : 'To hand out a pairing code, select the product.';
  };
  tick.addEventListener('change', () => {
    const on = tick.checked;
    tick.checked = !on;
    confirmIn(place, on ? `Let ${known.product} read and write the records of this practice?`
                        : `Take back the access of ${known.product}?`,
              'Yes', 'No', () => {
                tick.checked = on;
                draw();
                (save.disabled ? tick : save).focus();
              }, on);
  });
  row.addEventListener('click', () => {
    selected = !selected;
    draw();
  });
  save.addEventListener('click', async () => {
    try {
      known = await clinic.setIntegrations({enabled: tick.checked});
      tell(dialog, 'Saved.');
    } catch (error) {
      tell(dialog, error.message, true);
    }
    draw();
    row.focus();
  });
  generate.addEventListener('click', async () => {
    try {
      openPairingCode(await clinic.pair());
    } catch (error) {
      tell(dialog, error.message, true);
    }
  });

  const service = h('select', {}, SERVICE.map(([value, word]) =>
      h('option', {value, selected: value === known.availability}, word)));
  service.addEventListener('change', async () => {
    try {
      known = await clinic.setIntegrations({availability: service.value});
      tell(dialog, `Halo Link: ${service.selectedOptions[0].textContent.toLowerCase()}.`);
    } catch (error) {
      tell(dialog, error.message, true);
    }
  });

  const dialog = openWindow('Set up third-party integrations', 'setup', [
    h('p', {class: 'quiet trail'}, 'Setup › Configuration › Database'),
    h('div', {class: 'product'}, tick, row),
    place,
    h('div', {class: 'row generate'}, generate, note),
    h('label', {class: 'field service'}, h('span', {class: 'label'}, 'Halo Link service on the server'), service),
    h('p', {class: 'quiet'}, `Site ID ${known.site_id}. While the service is stopped or does not answer, ` +
                             'products that come by Halo Connect reach nothing here.'),
  ], [h('button', {type: 'button', onclick: () => dialog.close()}, 'Close'), save]);
  draw();
  tick.focus();
}
