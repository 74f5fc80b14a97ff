// The map of problems: pointer, arrow keys and order of columns.
for (const tools of document.querySelectorAll(".tools")) tools.hidden = false;

function columnProblem(table, column) {
  return table.tHead.rows[0].cells[column].querySelector("a").getAttribute("href");
}

for (const map of document.querySelectorAll(".map")) {
  const tables = [...map.querySelectorAll("table.heat")];
  for (const table of tables) prepare(table);
  map.addEventListener("click", (event) => open(event.target.closest("tbody td")));
  map.addEventListener("keydown", move);
  map.addEventListener("mouseover", (event) => {
    const cell = event.target.closest("tbody td");
    if (!cell) return hideTip();
    const table = cell.closest("table");
    const problem = decodeURIComponent(columnProblem(table, cell.cellIndex).slice("#/problem/".length));
    showTip(`${plain(problem)} · ${cell.parentElement.cells[0].textContent.trim()}\n${cell.dataset.label}`, event.clientX, event.clientY);
  });
  map.addEventListener("mouseleave", hideTip);
}

function prepare(table) {
  table.setAttribute("role", "grid");
  for (const cell of table.tBodies[0].querySelectorAll("td")) {
    cell.dataset.label = cell.title;
    cell.setAttribute("aria-label", `${cell.textContent}: ${cell.title}`);
    cell.removeAttribute("title");
    cell.tabIndex = -1;
  }
  const first = table.tBodies[0].querySelector("td");
  if (first) first.tabIndex = 0;
}

function open(cell) {
  if (!cell) return;
  const problem = columnProblem(cell.closest("table"), cell.cellIndex);
  hideTip();
  location.hash = cell.classList.contains("none") ? problem : `${problem}/model/${encodeURIComponent(modelOfRow(cell))}`;
}

function modelOfRow(cell) {
  return report.models[Number(cell.parentElement.dataset.model)];
}

function move(event) {
  const cell = event.target.closest("tbody td");
  if (!cell) return;
  if (event.key === "Enter" || event.key === " ") { event.preventDefault(); return open(cell); }
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (!step) return;
  event.preventDefault();
  const row = cell.parentElement.parentElement.rows[cell.parentElement.sectionRowIndex + step[0]];
  const next = row?.cells[cell.cellIndex + step[1]];
  if (!next || next.tagName !== "TD") return;
  cell.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

// Columns in another order, over all bands of a suite.
const originals = new Map();
function reorder(map, order) {
  const tables = [...map.querySelectorAll("table.heat")];
  if (!originals.has(map)) {
    const columns = [];
    for (const table of tables) {
      const heads = [...table.tHead.rows[0].cells].slice(1);
      heads.forEach((head, k) => columns.push({ head, cells: [...table.tBodies[0].rows].map((row) => row.cells[k + 1]) }));
    }
    originals.set(map, { columns, lengths: tables.map((table) => table.tHead.rows[0].cells.length - 1) });
  }
  const { columns, lengths } = originals.get(map);
  const perf = (column) => column.cells.map((cell) => Number(/Perf ([\d.]+)/.exec(cell.dataset.label)?.[1] ?? NaN)).filter((v) => !Number.isNaN(v));
  const mean = (values) => values.reduce((a, b) => a + b, 0) / (values.length || 1);
  const keys = { id: () => 0, hard: (c) => mean(perf(c)), split: (c) => Math.min(...perf(c)) - Math.max(...perf(c)) };
  const sorted = columns.map((column, k) => [keys[order](column), k, column]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map((entry) => entry[2]);
  let at = 0;
  tables.forEach((table, t) => {
    for (const column of sorted.slice(at, at + lengths[t])) {
      table.tHead.rows[0].append(column.head);
      column.cells.forEach((cell, r) => table.tBodies[0].rows[r].append(cell));
    }
    at += lengths[t];
  });
}
document.getElementById("map-order")?.addEventListener("change", (event) => {
  for (const map of document.querySelectorAll(".map")) reorder(map, event.target.value);
});
