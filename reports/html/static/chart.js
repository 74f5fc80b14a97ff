// Line charts by uPlot: logarithmic x, a legend that switches lines, values beside the pointer.
const superscript = (n) => String(n).replace("-", "⁻").replace(/[0-9]/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]);
const powerLabel = (value) => (value >= 0.01 && value < 10000 ? String(Number(value.toPrecision(3))) : `10${superscript(Math.round(Math.log10(value)))}`);
const isPower = (value) => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-6;

function axis(log, label) {
  const powers = log ? { filter: (_, splits) => splits.map((v) => (isPower(v) ? v : null)) } : {};
  return {
    label, labelSize: 22, labelFont: "12px system-ui, sans-serif", font: "12px system-ui, sans-serif",
    stroke: colour("soft"), grid: { stroke: colour("line"), width: 0.6, ...powers }, ticks: { stroke: colour("line"), width: 0.6, ...powers },
    ...(log ? { values: (_, splits) => splits.map((v) => (v === null ? null : powerLabel(v))), ...powers } : {}),
  };
}

// lines: [{name, colour, values, dash, width, of}]; bands: [{of, low, high}] are filled; `of` is what the legend switches.
function drawChart(plot, legend, options) {
  const { x, lines, bands, xLabel, yLabel, yLog, yRange, groups } = options;
  const hidden = new Set();
  let chart = null, focus = null;

  function draw() {
    if (chart) chart.destroy();
    plot.textContent = "";
    const visible = lines.filter((line) => !hidden.has(line.of));
    const alpha = (of) => (focus === null || focus === of ? 1 : 0.22);
    chart = new uPlot({
      width: Math.max(280, plot.clientWidth - 18), height: options.height || 320,
      legend: { show: false }, cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: { x: { time: false, distr: 3, range: [x[0], x.at(-1)] }, y: { distr: yLog ? 3 : 1, range: yRange ? () => yRange : undefined } },
      axes: [axis(true, xLabel), { ...axis(yLog, yLabel), size: 62 }],
      series: [{}, ...visible.map((line) => ({
        stroke: colour(line.colour), width: line.width || 2, dash: line.dash, alpha: alpha(line.of) * (line.alpha || 1), points: { show: false }, spanGaps: false,
      }))],
      hooks: {
        drawAxes: [(u) => bands.forEach((band) => { if (!hidden.has(band.of) && (!options.bandOnFocus || focus === band.of)) fillBand(u, band, alpha(band.of)); })],
        setCursor: [(u) => tell(u, visible)],
      },
    }, [x, ...visible.map((line) => line.values)], plot);
    plot.querySelector(".u-over")?.addEventListener("mouseleave", hideTip);
  }

  function fillBand(u, band, alpha) {
    const ctx = u.ctx;
    ctx.save();
    ctx.globalAlpha = 0.16 * alpha;
    ctx.fillStyle = colour(band.colour);
    let points = [];
    const flush = () => {
      if (points.length > 1) {
        ctx.beginPath();
        points.forEach(([px, , high], i) => (i ? ctx.lineTo(px, high) : ctx.moveTo(px, high)));
        points.slice().reverse().forEach(([px, low]) => ctx.lineTo(px, low));
        ctx.fill();
      }
      points = [];
    };
    x.forEach((value, i) => {
      if (band.low[i] === null || band.high[i] === null) flush();
      else points.push([u.valToPos(value, "x", true), u.valToPos(band.low[i], "y", true), u.valToPos(band.high[i], "y", true)]);
    });
    flush();
    ctx.restore();
  }

  function tell(u, visible) {
    const i = u.cursor.idx;
    if (i === null || i === undefined || u.cursor.left < 0) return hideTip();
    const seen = new Map();
    for (const line of visible) if (line.tip !== false && line.values[i] !== null && line.values[i] !== undefined && !seen.has(line.of)) seen.set(line.of, `${line.name}: ${Number(line.values[i].toPrecision(3))}`);
    const box = u.over.getBoundingClientRect();
    if (seen.size) showTip(`${Number(x[i].toPrecision(3)).toLocaleString("en")} ${options.xUnit || ""}\n${[...seen.values()].slice(0, 14).join("\n")}`, box.left + u.cursor.left, box.top + u.cursor.top);
  }

  legend.replaceChildren(...groups.map((group) => {
    const button = el("button", { type: "button", "aria-pressed": "true" }, el("span", { class: `swatch ${group.colour}` }), plain(group.name));
    const look = (of) => () => { focus = of; draw(); };
    button.addEventListener("click", () => {
      if (!hidden.delete(group.of)) hidden.add(group.of);
      button.setAttribute("aria-pressed", String(!hidden.has(group.of)));
      draw();
    });
    button.addEventListener("mouseenter", look(group.of));
    button.addEventListener("mouseleave", look(null));
    button.addEventListener("focus", look(group.of));
    button.addEventListener("blur", look(null));
    return button;
  }));
  draw();
  redraws.add(draw);
  const observer = new ResizeObserver(() => { if (chart && plot.clientWidth && Math.abs(chart.width - (plot.clientWidth - 18)) > 4) draw(); });
  observer.observe(plot);
  return { draw, stop: () => { redraws.delete(draw); observer.disconnect(); chart?.destroy(); } };
}

// Fewer than eight models have a colour of their own; of more, every eighth shares one and is dashed otherwise.
const DASHES = [undefined, [7, 4], [2, 3], [10, 3, 2, 3]];
const dashOf = (model) => DASHES[Math.floor(model / 8) % DASHES.length];
