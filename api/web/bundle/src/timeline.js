// The timeline by keyboard: one stop for the Tab key, and the arrows go from week
// to week and from person to person. Without this every week is a stop.
const table = document.querySelector('[data-timeline]');
const rows = [...(table?.tBodies[0]?.rows ?? [])].map((row) => [...row.cells].map((cell) => cell.querySelector('a')));
let row = 0;
let column = 0;

function go(toRow, toColumn) {
  const link = rows[toRow]?.[toColumn];
  if (!link) return false;
  rows[row][column]?.setAttribute('tabindex', '-1');
  [row, column] = [toRow, toColumn];
  link.setAttribute('tabindex', '0');
  link.focus();
  return true;
}

function search(dRow, dColumn) {
  for (let r = row + dRow, c = column + dColumn; r >= 0 && r < rows.length && c >= 0 && c < rows[0].length; r += dRow, c += dColumn) {
    if (go(r, c)) return;
  }
}

for (const links of rows) for (const link of links) link?.setAttribute('tabindex', '-1');
rows[0]?.[0]?.setAttribute('tabindex', '0');
table?.addEventListener('focusin', (event) => {
  rows.forEach((links, r) => { const c = links.indexOf(event.target); if (c >= 0) [row, column] = [r, c]; });
});
const moves = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
table?.addEventListener('keydown', (event) => {
  if (event.key === 'Home') go(row, 0);
  else if (moves[event.key]) search(...moves[event.key]);
  else return;
  event.preventDefault();
});
// This week is in the middle to begin with.
if (table) {
  table.querySelector('.now')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  window.scrollTo(0, 0);
}

// A visit of somebody's year is dragged to a day, or to the same day of another
// week. That leads to the page that shows what it means; a link leads there too.
const year = document.querySelector('[data-year]');
let dragged = null;
let target = null;

// dayOf finds the day that one points at: a day of the strip, or in a week the day
// of the week that the visit has now.
function dayOf(element) {
  const day = element.closest?.('[data-day]');
  if (day) return day;
  const strip = [...(element.closest?.('.week')?.querySelectorAll('[data-day]') ?? [])];
  const weekday = (date) => new Date(`${date}T12:00:00Z`).getUTCDay();
  return strip.find((one) => weekday(one.dataset.day) === weekday(dragged.dataset.from));
}

function point(day) {
  if (day === target) return;
  target?.classList.remove('target');
  target = day;
  target?.classList.add('target');
}

year?.addEventListener('dragstart', (event) => {
  dragged = event.target.closest?.('[data-visit]');
  if (!dragged) return;
  dragged.classList.add('dragged');
  event.dataTransfer.setData('text/plain', dragged.textContent);
  event.dataTransfer.effectAllowed = 'move';
});
year?.addEventListener('dragend', () => { dragged?.classList.remove('dragged'); point(null); dragged = null; });
year?.addEventListener('dragover', (event) => {
  if (!dragged) return;
  const day = dayOf(event.target);
  point(day ?? null);
  if (day) event.preventDefault();
});
year?.addEventListener('drop', (event) => {
  const day = dragged && dayOf(event.target);
  if (!day) return;
  event.preventDefault();
  location.assign(`${dragged.dataset.visit}&date=${day.dataset.day}&time=${encodeURIComponent(dragged.dataset.time)}#effect`);
});
