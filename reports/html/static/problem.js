// One problem: facts, convergence of all models, their runs.
const GRID = 120;

const worst = (value) => (value === null ? Infinity : value);
const drawn = (value) => (Number.isFinite(value) ? value : null);
function quantile(sorted, q) {
  const at = q * (sorted.length - 1), low = Math.floor(at), rest = at - low;
  if (!rest) return sorted[low];
  return sorted[low + 1] === Infinity ? Infinity : sorted[low] * (1 - rest) + sorted[low + 1] * rest;
}

// A run's best value at each point of the grid; null before its first feasible point.
function stepped(curve, grid, relative) {
  const [evaluations, values] = curve;
  let k = -1;
  return grid.map((x) => {
    while (k + 1 < evaluations.length && evaluations[k + 1] <= x) k += 1;
    return k < 0 ? null : relative ? Math.max(1e-10, 10 ** (values[k] / 1000)) : values[k];
  });
}

function convergence(detail) {
  const top = Math.max(2, detail.budget || 2, ...Object.values(detail.m).flatMap((item) => item.r.map((run) => run.evals)));
  const grid = Array.from({ length: GRID }, (_, k) => top ** (k / (GRID - 1)));
  const lines = [], bands = [], groups = [];
  for (const [key, item] of Object.entries(detail.m)) {
    const of = Number(key), runs = item.r.filter((run) => run.final && run.status !== "infra").map((run) => stepped(run.c, grid, detail.relative));
    if (!runs.some((run) => run.some((value) => value !== null))) continue;
    const name = plain(report.models[of]), tone = report.colours[of];
    const columns = grid.map((_, i) => runs.map((run) => worst(run[i])).sort((a, b) => a - b));
    const all = columns.map((column) => column.at(-1) !== Infinity);
    const median = columns.map((column) => drawn(quantile(column, 0.5)));
    groups.push({ of, name, colour: tone });
    lines.push({ of, name, colour: tone, values: median.map((value, i) => (all[i] ? value : null)), dash: dashOf(of), width: 2.2 });
    lines.push({ of, name, colour: tone, values: median.map((value, i) => (!all[i] || !all[i - 1] ? value : null)), dash: [3, 4], width: 1.6 });
    runs.forEach((run) => lines.push({ of, name, colour: tone, values: run, width: 0.7, alpha: 0.35, tip: false }));
    bands.push({ of, colour: tone, low: columns.map((column) => drawn(quantile(column, 0.25))), high: columns.map((column) => drawn(quantile(column, 0.75))) });
  }
  return { x: grid, lines, bands, groups };
}

function convergenceFigure(detail) {
  const plot = el("div", { class: "plot", role: "img", "aria-label": "Convergence of all models on this problem; the tables below have the values reached" });
  const legend = el("div", { class: "legend" });
  const figure = el("figure", { class: "chart" }, el("figcaption", {}, detail.relative
    ? "What is left of the way to the best known value, (f − f*) / (f0 − f*): median and quartiles of the final runs, thin lines single runs. Solid where all runs have a feasible point, dashed where only some have."
    : "Best feasible objective: median and quartiles of the final runs, thin lines single runs. Solid where all runs have a feasible point, dashed where only some have."), legend, plot);
  const chart = convergence(detail);
  if (!chart.groups.length) return { figure: el("p", {}, "No run found a feasible point."), start: () => null };
  const start = () => drawChart(plot, legend, { ...chart, xLabel: "evaluations", yLabel: detail.relative ? "left of the way" : "objective", xUnit: "evaluations", yLog: detail.relative, height: 380 });
  return { figure, start };
}

function standingTable(detail, problem) {
  const mean = (values) => (values.length ? values.reduce((a, b) => a + b, 0) / values.length : null);
  const of = (item, name) => mean(item.r.filter((run) => run.final && run[name] !== null).map((run) => run[name]));
  const rows = Object.entries(detail.m).map(([key, item]) => ({ model: report.models[Number(key)], colour: report.colours[Number(key)], item, perf: of(item, "perf"), reach: of(item, "reach") }));
  rows.sort((a, b) => (b.perf ?? -1) - (a.perf ?? -1) || (b.reach ?? -1) - (a.reach ?? -1));
  const best = (item) => item.r.filter((run) => run.final && run.feasible && typeof run.f === "number").map((run) => run.f);
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Models on this problem" }, el("table", { class: "plain" },
    el("thead", {}, el("tr", {}, ["Model", "Perf", "Reach", "Best f", "Feasible runs", "Status of first runs", "Optimizers used"].map((text, k) => el("th", { scope: "col", class: k && k < 5 ? "num" : null }, text)))),
    el("tbody", {}, rows.map(({ model, colour: tone, item, perf, reach }) => {
      const values = best(item), final = item.r.filter((run) => run.final), counts = new Map();
      for (const run of item.r.filter((r) => !r.turn)) counts.set(run.status, (counts.get(run.status) || 0) + 1);
      return el("tr", {}, el("th", { scope: "row" }, el("span", { class: `swatch ${tone}` }), el("a", { href: programLink(problem, model) }, plain(model))),
        ...[number(perf), number(reach), values.length ? general(Math.min(...values)) : "–", `${final.filter((run) => run.feasible).length} of ${final.length}`].map((text) => el("td", { class: "num" }, text)),
        el("td", {}, [...counts].map(([status, n]) => `${status.replace("_", " ")} ${n}`).join(", ")),
        el("td", {}, (item.t[0]?.o || []).map(plain).join(", ")));
    }))));
}

function problemView(detail, problem) {
  const facts = [["dimension", whole(detail.dim)], ["constraints", whole(detail.constraints)], ["budget", `${whole(detail.budget)} evaluations`], ["best known", general(detail.best)]];
  const { figure, start } = convergenceFigure(detail);
  const prompt = detail.p[0];
  const nodes = [
    el("dl", { class: "facts" }, facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
    el("section", {}, el("h2", {}, "Convergence"), figure),
    el("section", {}, el("h2", {}, "Models"), standingTable(detail, problem)),
    prompt ? el("section", {}, el("h2", {}, "Prompt"), ...prompt.map(([role, content]) => textBox(`Prompt, ${plain(role)}`, content))) : null,
  ];
  return { nodes: nodes.filter(Boolean), start };
}
