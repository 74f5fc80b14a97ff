// Data profiles: drawn when they come into view, or are to be printed.
for (const figure of document.querySelectorAll("figure.profile")) {
  const profile = report.profiles[Number(figure.dataset.profile)];
  const observer = new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) draw(); }, { rootMargin: "200px" });
  let drawn = false;
  const draw = () => {
    if (drawn) return;
    drawn = true;
    observer.disconnect();
    const groups = profile.series.map((one) => ({ of: one.m, name: report.models[one.m], colour: report.colours[one.m] }));
    drawChart(figure.querySelector(".plot"), figure.querySelector(".legend"), {
      x: profile.grid, groups, xLabel: "evaluations / dimension", yLabel: "share of targets reached", xUnit: "evaluations / dimension",
      yLog: false, yRange: [0, 1], height: 340, bandOnFocus: true,
      lines: profile.series.map((one) => ({ of: one.m, name: plain(report.models[one.m]), colour: report.colours[one.m], values: one.share, dash: dashOf(one.m) })),
      bands: profile.series.map((one) => ({ of: one.m, colour: report.colours[one.m], low: one.low, high: one.high })),
    });
  };
  observer.observe(figure);
  addEventListener("beforeprint", () => { if (!overview.hidden) draw(); });
}
