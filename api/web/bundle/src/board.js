// The board's islands: the map, and dragging a location to somebody. Both lead to
// the page that shows what a move means; a form and the keyboard lead there too.
import { geoJSON, map as makeMap, marker, divIcon, control, tileLayer } from 'leaflet';

const shapes = [...document.querySelectorAll('svg.defs symbol[id^="m"] path')].map((p) => p.getAttribute('d'));

function icon(p) {
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  path.setAttribute('viewBox', '-10 -10 20 20');
  const d = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  d.setAttribute('d', p.nobody ? 'M-6-6L6 6M6-6L-6 6' : shapes[p.shape] ?? shapes[0]);
  d.setAttribute('class', p.nobody ? 'cx' : `c${p.colour}`);
  path.append(d);
  return divIcon({ className: 'pin', html: path, iconSize: [24, 24] });
}

function popup(p, texts) {
  const box = document.createElement('div');
  const name = document.createElement('p');
  name.append(Object.assign(document.createElement('b'), { textContent: p.name }));
  const who = Object.assign(document.createElement('p'), { textContent: p.person || texts.nobody });
  const link = Object.assign(document.createElement('a'), { textContent: texts.move, href: p.move, className: 'button small' });
  box.append(name, who, link);
  return box;
}

async function draw(box) {
  const answer = await fetch(box.dataset.map);
  if (!answer.ok) return;
  const data = await answer.json();
  const map = makeMap(box, { zoomControl: false, attributionControl: false, scrollWheelZoom: false, zoomSnap: 0.25, zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false });
  control.zoom({ zoomInTitle: box.dataset.zoomIn, zoomOutTitle: box.dataset.zoomOut }).addTo(map);
  // Pictures under the map, where the municipality has a server for them.
  if (box.dataset.tiles) {
    const by = Object.assign(document.createElement('span'), { textContent: box.dataset.tilesBy ?? '' });
    tileLayer(box.dataset.tiles, { attribution: by.outerHTML, maxZoom: 19 }).addTo(map);
    if (by.textContent) control.attribution({ prefix: false }).addTo(map);
    box.classList.add('tiled');
  }
  const districts = geoJSON(data.features.filter((f) => f.properties.kind === 'district'), { style: { className: 'district', weight: 1.25, fillOpacity: 1 }, interactive: false }).addTo(map);
  const pins = new Map();
  const at = geoJSON(data.features.filter((f) => f.properties.kind === 'location'), {
    pointToLayer: (f, place) => {
      // The list is how keyboards and small fingers reach a location: a pin is
      // no stop for the Tab key, and a click finds the nearest one.
      const pin = marker(place, { icon: icon(f.properties), title: `${f.properties.name} – ${f.properties.person || box.dataset.nobody}`, keyboard: false, interactive: false });
      pins.set(f.properties.id, pin);
      pin.about = f.properties;
      return pin;
    },
  }).addTo(map);
  const bounds = districts.getBounds().isValid() ? districts.getBounds() : at.getBounds();
  map.fitBounds(bounds, { padding: [8, 8] });
  map.on('click', (event) => {
    const away = (pin) => map.latLngToContainerPoint(pin.getLatLng()).distanceTo(event.containerPoint);
    const near = [...pins.values()].sort((a, b) => away(a) - away(b))[0];
    if (near && away(near) < 24) map.openPopup(popup(near.about, { move: box.dataset.move, nobody: box.dataset.nobody }), near.getLatLng());
  });
  // What one points at in the list is to be seen on the map.
  const find = (event, on) => {
    const row = event.target.closest?.('[data-location]');
    pins.get(row?.dataset.location)?.getElement()?.classList.toggle('found', on);
  };
  for (const [name, on] of [['mouseover', true], ['focusin', true], ['mouseout', false], ['focusout', false]]) document.addEventListener(name, (e) => find(e, on));
  box.dataset.ready = 'yes';
}

const box = document.querySelector('[data-map]');
if (box) draw(box);

// Dragging a location to somebody.
const board = document.querySelector('[data-board]');
let dragged = null;
board?.addEventListener('dragstart', (event) => {
  dragged = event.target.closest?.('[data-location]');
  if (!dragged) return;
  dragged.classList.add('dragged');
  event.dataTransfer.setData('text/plain', dragged.dataset.location);
  event.dataTransfer.effectAllowed = 'move';
});
board?.addEventListener('dragend', () => { dragged?.classList.remove('dragged'); dragged = null; });
for (const person of board?.querySelectorAll('[data-staff]') ?? []) {
  person.addEventListener('dragover', (event) => { if (dragged) { event.preventDefault(); person.classList.add('target'); } });
  person.addEventListener('dragleave', () => person.classList.remove('target'));
  person.addEventListener('drop', (event) => {
    event.preventDefault();
    const link = dragged?.querySelector('a[href*="/board/move"]');
    if (link) location.assign(`${link.getAttribute('href')}&to=${encodeURIComponent(person.dataset.staff)}`);
  });
}
