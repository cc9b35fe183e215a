// Builds ../dist: what the pages use of other people's work, and our own
// islands. The result depends on the sources and package-lock.json alone, so a
// check can build it again and compare.
import { build } from 'esbuild';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const out = new URL('../dist/', import.meta.url).pathname;

// The components of NL Design System that the pages use, in the order of the
// sheet. Each is a sheet of its own, so a page carries no more than these.
const components = [
  'alert', 'button', 'button-group', 'data-badge', 'form-field', 'form-field-description', 'form-field-error-message',
  'form-fieldset', 'form-label', 'select', 'textarea', 'textbox',
];

const folder = (name) => dirname(require.resolve(`${name}/package.json`));
const sheet = (component) => readFileSync(join(folder(`@utrecht/${component}-css`), 'dist/index.css'), 'utf8');
const used = (css) => [...css.matchAll(/var\(\s*(--[\w-]+)/g)].map((m) => m[1]);

// tokensFor returns the declarations of a theme that a sheet needs, those that
// they are made of included.
function tokensFor(css) {
  const theme = readFileSync(join(folder('@nl-design-system-unstable/voorbeeld-design-tokens'), 'dist/theme.css'), 'utf8');
  const all = new Map([...theme.matchAll(/^\s*(--[\w-]+):\s*(.+);$/gm)].map((m) => [m[1], m[2]]));
  const needed = new Map();
  const queue = used(css);
  while (queue.length > 0) {
    const name = queue.pop();
    if (needed.has(name) || !all.has(name)) continue;
    needed.set(name, all.get(name));
    queue.push(...used(all.get(name)));
  }
  const lines = [...needed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}:${value}`);
  return `:root{${lines.join(';')}}`;
}

const modules = readdirSync(new URL('src/', import.meta.url)).filter((name) => name.endsWith('.js') && !name.startsWith('_'));
const shared = { bundle: true, minify: true, target: 'es2022', legalComments: 'none', logLevel: 'warning', write: true };

for (const name of readdirSync(out)) if (name !== '.gitkeep') rmSync(join(out, name), { recursive: true });
mkdirSync(out, { recursive: true });
await build({ ...shared, entryPoints: modules.map((name) => `src/${name}`), outdir: out, format: 'esm', absWorkingDir: new URL('.', import.meta.url).pathname });
const css = components.map(sheet).join('\n');
await build({ ...shared, stdin: { contents: `${tokensFor(css)}\n${css}`, loader: 'css' }, outfile: join(out, 'nl.css') });
await build({ ...shared, stdin: { contents: readFileSync(join(folder('leaflet'), 'dist/leaflet.css'), 'utf8'), loader: 'css', resolveDir: join(folder('leaflet'), 'dist') }, loader: { '.png': 'dataurl' }, outfile: join(out, 'leaflet.css') });

const parts = ['htmx.org', 'leaflet', '@utrecht/component-library-css', '@nl-design-system-unstable/voorbeeld-design-tokens'];
const licence = (name) => {
  const about = JSON.parse(readFileSync(join(folder(name), 'package.json'), 'utf8'));
  const file = readdirSync(folder(name)).find((f) => /^licen[cs]e/i.test(f));
  return `${about.name} ${about.version}: ${about.license}\n\n${file ? readFileSync(join(folder(name), file), 'utf8').trim() : ''}`.trim();
};
writeFileSync(join(out, 'LICENCES.txt'), `${parts.map(licence).join('\n\n----\n\n')}\n`);
