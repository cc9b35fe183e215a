// Every page loads this: htmx, and what the frame itself needs.
import htmx from 'htmx.org';

window.htmx = htmx;
// The strict Content-Security-Policy allows neither eval nor styles of htmx's
// own; answers with a fault are pages too, and are shown.
Object.assign(htmx.config, {
  allowEval: false, allowScriptTags: false, includeIndicatorStyles: false, selfRequestsOnly: true, historyCacheSize: 0,
  responseHandling: [{ code: '204', swap: false }, { code: '[23]..', swap: true }, { code: '422', swap: true }, { code: '409', swap: true }, { code: '...', swap: false, error: true }],
});

// What asks for a sudden choice can ask once more: data-confirm holds the
// question. Without scripts the next page asks it.
document.addEventListener('submit', (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

document.addEventListener('click', (event) => {
  if (event.target.closest?.('[data-print]')) window.print();
});
document.documentElement.classList.add('scripts');

// On a phone the menu is a line that scrolls: where one is, is in sight.
const here = document.querySelector('.menu [aria-current]');
if (here) {
  const line = here.closest('ul');
  line.scrollLeft = here.getBoundingClientRect().left - line.getBoundingClientRect().left - (line.clientWidth - here.clientWidth) / 2;
}
