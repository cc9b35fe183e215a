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
table?.querySelector('.now')?.scrollIntoView({ block: 'nearest', inline: 'center' });
window.scrollTo(0, 0);
