// SPDX-License-Identifier: Apache-2.0
// A document that came in, shown as it is: a PDF or text in a frame, a picture as a picture, and
// always a link for browsers that show neither.

import {h, shortDate} from './clinic.js';

export function sizeWords(bytes) {
  if (!bytes) return '';
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} kB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

const KINDS = {'application/pdf': ['PDF', 'pdf'], 'image/png': ['PNG picture', 'png'],
               'image/jpeg': ['JPEG picture', 'jpg'], 'text/plain': ['text', 'txt']};
const kindOf = (type) => KINDS[String(type ?? '').split(';')[0]] ?? ['file', 'bin'];

// "PDF, 48 kB"
export function kindWords(type, bytes) {
  return bytes ? `${kindOf(type)[0]}, ${sizeWords(bytes)}` : 'No document';
}

// "Today 14:03", or "4 May 2026, 14:03".
export function receivedWords(received, today) {
  const [date, time] = String(received ?? '').split('T');
  if (!time) return '';
  return date === today ? `Today ${time.slice(0, 5)}` : `${shortDate(date)}, ${time.slice(0, 5)}`;
}

// kind: "reports" or "images"; item: a row of that list.
export function documentView(kind, item) {
  if (!item.bytes) return h('p', {class: 'quiet'}, 'This report brought values only, no document.');
  const source = `clinic/${kind}/${encodeURIComponent(item.id)}/document`;
  const [word, ending] = kindOf(item.content_type);
  const title = item.title || 'Document';
  const shown = ending === 'bin' ? h('p', {class: 'quiet'}, 'This kind of file cannot be shown here.')
              : item.content_type.startsWith('image/')
                ? h('img', {class: 'paper picture', src: source, alt: title})
                : h('iframe', {class: 'paper', src: ending === 'pdf' ? `${source}#view=FitH&navpanes=0` : source,
                               title: `${title}, ${word}`});
  return h('div', {class: 'document'},
           h('p', {class: 'document-links'},
             h('a', {href: source, target: '_blank', rel: 'noopener', 'data-focus': 'open'},
               `Open the ${word} in a new tab`),
             h('a', {href: source, download: `${title}.${ending}`, 'data-focus': 'download'}, 'Download')),
           shown);
}

// A document over everything else.
export function openDocument(kind, item, facts) {
  const dialog = h('dialog', {class: 'dialog wide', 'aria-labelledby': 'document-title'},
                   h('header', {}, h('h2', {id: 'document-title', tabindex: '-1'}, item.title || 'Document'),
                     h('button', {type: 'button', class: 'icon', 'aria-label': 'Close',
                                  onclick: () => dialog.close()}, '×')),
                   h('div', {class: 'dialog-body'}, h('p', {class: 'quiet'}, facts),
                     documentView(kind, item)));
  const opener = document.activeElement;
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (opener?.isConnected) opener.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}
