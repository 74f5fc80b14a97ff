// What all views share. Text that a model wrote becomes text nodes, never markup.
const report = JSON.parse(document.getElementById("summary").textContent);
const tip = document.getElementById("tip");
const overview = document.getElementById("overview"), detailView = document.getElementById("detail");

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

async function inflate(packed) {
  if (typeof DecompressionStream === "undefined") throw new Error("this browser cannot decompress (no DecompressionStream); its tables and maps are all here");
  const bytes = Uint8Array.from(atob(packed.trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).text();
}

// Details of a problem lie in the page, or beside it, one file a problem.
const waiting = new Map();
globalThis.llamocoDetail = (index, packed) => waiting.get(index)?.(packed);

function packedDetail(index) {
  const inPage = document.getElementById(`d${index}`);
  if (inPage) return Promise.resolve(inPage.textContent);
  return new Promise((resolve, reject) => {
    waiting.set(index, resolve);
    const src = `${encodeURIComponent(report.split)}/p${index}.js`;
    const script = el("script", { src, onerror: () => reject(new Error(`${src} cannot be read; it belongs beside this page`)) });
    script.addEventListener("load", () => script.remove());
    document.head.append(script);
  });
}

const details = new Map();
function problemDetail(index) {
  if (!details.has(index)) details.set(index, packedDetail(index).then(inflate).then(JSON.parse));
  return details.get(index);
}

const problemLink = (problem) => `#/problem/${problem.split("/").map(encodeURIComponent).join("/")}`;
const programLink = (problem, model) => `${problemLink(problem)}/model/${encodeURIComponent(model)}`;

// Characters without a glyph, and those that turn the direction of text, are shown by their code.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
function shown(text) {
  const parts = [];
  let last = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > last) parts.push(text.slice(last, match.index));
    parts.push(el("span", { class: "ctl" }, `U+${match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`));
    last = match.index + 1;
  }
  if (last < text.length) parts.push(text.slice(last));
  return parts;
}
const plain = (text) => String(text).replace(HIDDEN, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

const number = (value, digits = 3) => (typeof value === "number" ? value.toFixed(digits) : "–");
const general = (value) => (typeof value === "number" ? Number(value.toPrecision(6)).toString() : value === null || value === undefined ? "–" : String(value));
const whole = (value) => (typeof value === "number" ? value.toLocaleString("en") : "–");

function showTip(text, x, y) {
  tip.textContent = text;
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(x + 12, innerWidth - box.width - 8))}px`;
  tip.style.top = `${y + 18 + box.height > innerHeight ? y - box.height - 10 : y + 16}px`;
}
const hideTip = () => { tip.hidden = true; };
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// The theme: as the system has it, or as chosen.
const redraws = new Set();
const themeButton = document.getElementById("theme");
const THEMES = ["auto", "light", "dark"];
function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  themeButton.textContent = `Theme: ${theme}`;
  themeButton.dataset.now = theme;
  for (const redraw of redraws) redraw();
}
themeButton.hidden = false;
themeButton.addEventListener("click", () => {
  const next = THEMES[(THEMES.indexOf(themeButton.dataset.now) + 1) % THEMES.length];
  try { localStorage.setItem("llamoco-theme", next); } catch { /* a page from disk may have no storage */ }
  setTheme(next);
});
let stored = null;
try { stored = localStorage.getItem("llamoco-theme"); } catch { /* as above */ }
setTheme(THEMES.includes(stored) ? stored : "auto");
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { for (const redraw of redraws) redraw(); });
addEventListener("beforeprint", () => { for (const d of document.querySelectorAll("details.compare")) d.open = true; });

const saveRuns = document.getElementById("save-runs");
if (saveRuns) {
  saveRuns.parentElement.hidden = false;
  saveRuns.addEventListener("click", async () => {
    const url = URL.createObjectURL(new Blob([await inflate(document.getElementById("every-run").textContent)], { type: "text/csv" }));
    el("a", { href: url, download: "runs.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  });
}
