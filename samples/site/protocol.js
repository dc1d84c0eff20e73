// Shows over which protocol the browser got this page and its parts; "h3" is HTTP/3.
'use strict';

function row(name, entry) {
  const cells = [name, entry.nextHopProtocol || '?', entry.decodedBodySize, entry.duration.toFixed(1)];
  const line = document.createElement('tr');
  for (const text of cells) {
    line.appendChild(document.createElement('td')).textContent = text;
  }
  return line;
}

window.addEventListener('load', () => {
  const page = performance.getEntriesByType('navigation')[0];
  document.getElementById('protocol').textContent = page.nextHopProtocol;
  document.documentElement.dataset.protocol = page.nextHopProtocol;
  const resources = document.getElementById('resources');
  resources.appendChild(row('this page', page));
  for (const entry of performance.getEntriesByType('resource')) {
    resources.appendChild(row(new URL(entry.name).pathname.slice(1), entry));
  }
});
