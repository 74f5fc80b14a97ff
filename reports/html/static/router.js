// Views by the address behind #: the overview and its sections, a problem, a model's programs for it.
const baseTitle = document.title;
let running = null, current = null, scrolled = 0;

function parse(hash) {
  const match = /^#\/problem\/(.+?)(?:\/model\/(.+))?$/.exec(hash);
  if (!match) return null;
  try { return { problem: decodeURIComponent(match[1]), model: match[2] === undefined ? null : decodeURIComponent(match[2]) }; } catch { return { problem: match[1], model: null }; }
}

function crumbs(index, problem, model) {
  const near = (step, text, key) => {
    const other = report.problems[index + step];
    return other === undefined ? null : el("a", { href: model === null ? problemLink(other) : programLink(other, model), title: `${plain(other)} (${key})` }, text);
  };
  return el("nav", { class: "crumbs", "aria-label": "Where this is" }, el("a", { href: "#problems" }, "All problems"), model === null ? null : el("a", { href: problemLink(problem) }, plain(problem)), el("span", { class: "gap" }), near(-1, "← previous", "k"), near(1, "next →", "j"));
}

async function show() {
  hideTip();
  running?.stop();
  running = null;
  const target = parse(location.hash);
  if (current === null && !overview.hidden) scrolled = scrollY;
  current = target;
  overview.hidden = target !== null;
  detailView.hidden = target === null;
  if (target === null) {
    document.title = baseTitle;
    detailView.replaceChildren();
    const section = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (section) section.scrollIntoView();
    else scrollTo(0, scrolled);
    for (const redraw of redraws) redraw();
    return;
  }
  await showDetail(target);
}

async function showDetail(target) {
  const { problem, model } = target, index = report.problems.indexOf(problem);
  const heading = el("h1", { tabindex: "-1" }, model === null ? plain(problem) : `${plain(model)} on ${plain(problem)}`);
  document.title = `${heading.textContent} · ${baseTitle}`;
  detailView.replaceChildren(crumbs(index, problem, model), heading);
  scrollTo(0, 0);
  if (index < 0) return detailView.append(el("p", {}, "There is no such problem in this report."));
  let detail;
  try { detail = await problemDetail(index); } catch (error) { details.delete(index); detailView.append(el("p", { class: "warning" }, `The details cannot be shown: ${error.message}`)); return; }
  if (current !== target) return;
  if (model === null) {
    const view = problemView(detail, problem);
    detailView.append(...view.nodes);
    running = view.start();
  } else {
    const others = Object.keys(detail.m).map((key) => report.models[Number(key)]);
    const choose = el("select", { id: "other-model", onchange: (event) => { location.hash = programLink(problem, event.target.value); } }, others.map((name) => el("option", { value: name, selected: name === model }, plain(name))));
    detailView.append(el("p", {}, el("label", {}, "Model ", choose)), ...programView(detail, problem, model));
  }
  heading.focus({ preventScroll: true });
}

addEventListener("hashchange", show);
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("select, input, textarea")) return;
  const target = parse(location.hash);
  if (event.key === "Escape" && target) { location.hash = target.model === null ? "#problems" : problemLink(target.problem); return; }
  const step = { j: 1, k: -1 }[event.key];
  if (!step) return;
  const next = target ? report.problems[report.problems.indexOf(target.problem) + step] : report.problems[0];
  if (next !== undefined) location.hash = target && target.model !== null ? programLink(next, target.model) : problemLink(next);
});
for (const link of document.querySelectorAll('.top a[href^="#"]')) {
  link.addEventListener("click", () => { if (location.hash === link.getAttribute("href")) show(); });
}
if (location.hash) show();
