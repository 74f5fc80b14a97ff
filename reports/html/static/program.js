// What a model wrote for one problem: prompt, answer, program, repair, errors.
const MAX_LINE = 2000;
const TOKENS = /("""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)|(#[^\n]*)|\b(False|None|True|and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield)\b|\b(\d[\w.]*)/g;
const KINDS = ["str", "com", "kw", "lit"];

// Lines of a program as arrays of nodes.
function highlighted(program) {
  const lines = [[]];
  const add = (text, kind) => text.split("\n").forEach((part, k) => {
    if (k) lines.push([]);
    if (part) lines.at(-1).push(kind ? el("span", { class: kind }, ...shown(part)) : el("span", {}, ...shown(part)));
  });
  let last = 0;
  const cut = program.split("\n").map((line) => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)} … ${line.length - MAX_LINE} more characters` : line)).join("\n");
  for (const match of cut.matchAll(TOKENS)) {
    add(cut.slice(last, match.index));
    add(match[0], KINDS[match.slice(1).findIndex((group) => group !== undefined)]);
    last = match.index + match[0].length;
  }
  add(cut.slice(last));
  return lines;
}

function codeBox(label, rows) {
  return el("div", { class: "code", tabindex: "0", role: "region", "aria-label": label }, el("table", {}, el("tbody", {}, rows)));
}

function programBox(program, error) {
  const rows = [];
  highlighted(program.replace(/\n$/, "")).forEach((nodes, k) => {
    const bad = error && error.line === k + 1;
    rows.push(el("tr", { class: bad ? "bad" : null, id: bad ? "failing-line" : null }, el("td", { class: "ln" }, String(k + 1)), el("td", {}, nodes)));
    if (bad) rows.push(el("tr", { class: "note" }, el("td", { class: "ln" }, "▲"), el("td", { class: "pin" }, ...shown(`${error.type}: ${error.message}`))));
  });
  return codeBox("Program", rows);
}

// The diff as Rec counts it: a replaced block by its longer side, deletions and insertions by their lines.
function repairBox(before, after, repair) {
  const clean = (program) => program.replace(/^\n+|\n+$/g, "").split("\n").map((line) => line.replace(/\s+$/, ""));
  const [old, now] = [clean(before), clean(after)];
  const row = (kind, sign, left, right, text) => el("tr", { class: kind }, el("td", { class: "ln" }, left), el("td", { class: "ln" }, right), el("td", {}, `${sign} `, ...shown(text.slice(0, MAX_LINE))));
  const rows = repair.ops.flatMap(([tag, i1, i2, j1, j2]) => {
    if (tag === "equal") return old.slice(i1, i2).map((line, k) => row(null, " ", String(i1 + k + 1), String(j1 + k + 1), line));
    return [
      ...old.slice(i1, i2).map((line, k) => row("del", "−", String(i1 + k + 1), "", line)),
      ...now.slice(j1, j2).map((line, k) => row("add", "+", "", String(j1 + k + 1), line)),
    ];
  });
  return codeBox("Repair as a diff", rows);
}

function textBox(label, text) {
  return el("div", { class: "text", tabindex: "0", role: "region", "aria-label": label }, ...shown(text));
}

function statusText(run) {
  return el("span", { class: run.status === "ok" ? "status-ok" : "status-bad" }, run.status.replace("_", " "), run.stopped === "budget" ? " (budget spent)" : "");
}

function runTable(item) {
  const head = ["Program", "Run", "Status", "Best f", "Feasible", "Violation", "Perf", "Reach", "Evaluations", "Wall s", "CPU s", "Memory MB"];
  const rows = item.r.map((run) => el("tr", {},
    el("td", {}, run.turn ? "repaired" : "first", run.final ? "" : " (replaced)"), el("td", { class: "num" }, String(run.run)), el("td", {}, statusText(run)),
    ...[general(run.f), run.feasible ? "yes" : "no", general(run.v), number(run.perf), number(run.reach), whole(run.evals), number(run.wall, 2), number(run.cpu, 2), whole(run.rss)].map((text) => el("td", { class: "num" }, text))));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Runs" }, el("table", { class: "plain" }, el("thead", {}, el("tr", {}, head.map((text, k) => el("th", { scope: "col", class: k > 2 || k === 1 ? "num" : null }, text)))), el("tbody", {}, rows)));
}

function errorsOf(item, turn) {
  const used = new Map();
  for (const run of item.r) if (run.turn === turn && run.err !== null) used.set(run.err, [...(used.get(run.err) || []), run.run]);
  return [...used].map(([index, runs]) => ({ ...item.e[index], runs }));
}

function errorBox(error) {
  const parts = [error.traceback, error.output ? `output:\n${error.output}` : ""].filter(Boolean).join("\n\n");
  return el("details", {}, el("summary", {}, el("b", {}, plain(error.type)), `: ${plain(error.message).slice(0, 300)} (runs ${error.runs.join(", ")}${error.line ? `; line ${error.line}` : ""})`), parts ? textBox("Traceback and output", parts) : null);
}

function turnSection(detail, item, turn, problem) {
  const errors = errorsOf(item, turn.turn);
  const before = item.t.find((other) => other.turn === 0);
  const parts = [el("h2", {}, turn.turn ? "Repaired program" : "First program")];
  const chips = [...turn.o.map((name) => el("span", {}, plain(name)))];
  if (turn.u) chips.push(el("span", {}, `${whole(turn.u[0])} tokens read, ${whole(turn.u[1])} written`));
  if (turn.w) chips.push(el("span", {}, `answered in ${number(turn.w, 1)} s`));
  if (turn.f && turn.f !== "stop") chips.push(el("span", {}, `ended by: ${plain(turn.f)}`));
  if (chips.length) parts.push(el("div", { class: "chips" }, chips));
  if (turn.turn && item.d) {
    parts.push(el("p", {}, `The repair changed ${item.d.changed} of ${item.d.lines} lines; Rec counts ${number(item.rec)}.`), repairBox(before.s, turn.s, item.d));
  } else if (turn.s) parts.push(programBox(turn.s, errors.find((error) => error.line) || null));
  else parts.push(el("p", {}, "No program was found in the answer."));
  parts.push(...errors.map(errorBox));
  if (turn.n) {
    parts.push(el("p", {}, `The same program as ${turn.n} other${turn.n === 1 ? "" : "s"}: `, ...turn.l.flatMap(([p, m], k) => [k ? ", " : "", el("a", { href: programLink(p, m) }, plain(p === problem ? m : `${p} · ${m}`))]), turn.n > turn.l.length ? " …" : ""));
  }
  parts.push(el("details", {}, el("summary", {}, "Raw answer"), textBox("Raw answer", turn.x)));
  parts.push(el("details", {}, el("summary", {}, "Prompt"), ...detail.p[turn.p].map(([role, content]) => el("div", {}, el("h3", {}, plain(role)), textBox(`Prompt, ${plain(role)}`, content)))));
  return el("section", {}, parts);
}

function programView(detail, problem, model) {
  const item = detail.m[String(report.models.indexOf(model))];
  if (!item) return [el("p", {}, "This model was not measured on this problem.")];
  const first = item.t.length ? [] : [el("p", {}, "The journal holds no answer for these runs.")];
  return [...first, ...item.t.map((turn) => turnSection(detail, item, turn, problem)), el("section", {}, el("h2", {}, "Runs"), runTable(item))];
}
