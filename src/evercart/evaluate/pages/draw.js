"use strict";
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const charts = Array.from(document.querySelectorAll(".chart"));
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = (own) => ({
    gridcolor: css("--grid"), linecolor: css("--line"), zerolinecolor: css("--line"),
    ticks: "", automargin: true, ...own, title: { ...own.title, font: { size: 12 }, standoff: 10 },
  });
  const layout = (own) => ({
    autosize: true, height: 330, margin: { l: 56, r: 12, t: 34, b: 46 }, hovermode: "x unified", ...own,
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: css("--font"), size: 12, color: css("--soft") },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
    hoverlabel: { bgcolor: css("--card"), bordercolor: css("--line"), font: { color: css("--ink") } },
    shapes: (own.shapes || []).map((shape) => ({ ...shape, line: { ...shape.line, color: css("--soft") } })),
    xaxis: axis(own.xaxis || {}), yaxis: axis(own.yaxis || {}),
  });
  const draw = () => charts.forEach((chart) => {
    const figure = JSON.parse(document.getElementById(chart.dataset.figure).textContent);
    const options = { displayModeBar: false, responsive: true };
    Plotly.react(chart, figure.data, layout(figure.layout), options);
  });
  dark.addEventListener("change", draw);
  draw();
})();
