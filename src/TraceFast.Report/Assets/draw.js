const colours = ["#0b6bcb", "#c4314b", "#1f8a4c", "#8a5cd1", "#b26a00", "#00838f", "#6d4c41", "#546e7a"];
const colour = k => colours[k % colours.length];

function drawLines(chart, box) {
  return new uPlot({
    width: box.clientWidth - 16,
    height: 320,
    scales: { x: { time: false } },
    axes: [{ label: chart.x }, { label: chart.y, size: 70 }],
    series: [{ label: chart.x }, ...chart.names.map((name, k) => ({
      label: name, stroke: colour(k), width: 1.5, spanGaps: true, points: { show: chart.data[0].length < 60 }
    }))],
  }, chart.data, box);
}

// Rows run down the page: uPlot's x axis is turned to the side, one place per row. Whiskers are drawn over uPlot's bars.
function drawBars(chart, box) {
  const rows = chart.labels.length, series = chart.names.length;
  const width = box.clientWidth - 16, pixel = devicePixelRatio;
  const measure = document.createElement("canvas").getContext("2d");
  measure.font = "12px system-ui, sans-serif";
  const room = Math.floor(width * 0.48) - 12;
  // A label that has no room loses its group ("group:kind (12)"), then letters, never its number.
  const fit = label => {
    const [, name, number] = /^(.*?)( \(\d+\))?$/s.exec(label);
    const fits = text => measure.measureText(text + (number ?? "")).width <= room;
    let text = fits(name) ? name : name.slice(name.lastIndexOf(":") + 1);
    if (!fits(text)) {
      while (text.length > 1 && !fits(text + "…")) text = text.slice(0, -1);
      text += "…";
    }
    return text + (number ?? "");
  };
  const labels = chart.labels.map(fit);
  const labelWidth = Math.ceil(Math.max(...labels.map(l => measure.measureText(l).width))) + 18;
  const share = 0.72 / series;
  const whiskers = (u, k) => {
    u.ctx.save();
    u.ctx.strokeStyle = u.ctx.fillStyle = "#222";
    u.ctx.lineWidth = pixel;
    for (let i = 0; i < rows; i++) {
      const low = chart.low[k - 1][i], high = chart.high[k - 1][i];
      if (low === null || high === null) continue;
      const y = u.valToPos(i + (k - (series + 1) / 2) * share, "x", true), a = u.valToPos(low, "y", true), b = u.valToPos(high, "y", true), tick = 3 * pixel;
      u.ctx.beginPath();
      u.ctx.moveTo(a, y); u.ctx.lineTo(b, y);
      u.ctx.moveTo(a, y - tick); u.ctx.lineTo(a, y + tick);
      u.ctx.moveTo(b, y - tick); u.ctx.lineTo(b, y + tick);
      u.ctx.stroke();
    }
    u.ctx.restore();
  };
  // Each series has rows of its own between the whole numbers, so that bars of one row do not cover each other.
  const bars = k => (u, seriesIndex, from, to) => {
    const path = new Path2D();
    for (let i = from; i <= to; i++) {
      const value = chart.values[k][i];
      if (value === null) continue;
      const middle = i + (k + 1 - (series + 1) / 2) * share;
      const top = u.valToPos(middle - share / 2, "x", true), bottom = u.valToPos(middle + share / 2, "x", true), left = u.valToPos(0, "y", true);
      path.rect(left, Math.min(top, bottom), u.valToPos(value, "y", true) - left, Math.abs(bottom - top));
    }
    return { fill: path, stroke: path, clip: null, band: null, gaps: null, flags: 1 };
  };
  return new uPlot({
    width,
    height: 64 + (series > 1 ? 8 : 0) + rows * (12 * series + 10),
    scales: { x: { time: false, ori: 1, dir: -1, range: [-0.6, rows - 0.4] }, y: { ori: 0, dir: 1, range: [0, chart.maximum] } },
    axes: [
      { side: 3, size: labelWidth, font: "12px system-ui, sans-serif", grid: { show: false }, ticks: { show: false }, splits: () => labels.map((_, i) => i), values: (u, splits) => splits.map(i => labels[i]) },
      { side: 2, label: chart.y, labelSize: 22, size: 34, font: "12px system-ui, sans-serif", space: 30 + measure.measureText(Math.round(chart.maximum).toLocaleString()).width },
    ],
    cursor: { show: false },
    legend: { show: series > 1, live: false },
    hooks: { drawSeries: [whiskers] },
    series: [{}, ...chart.names.map((name, k) => ({ label: name, stroke: colour(k), fill: colour(k) + "88", width: 0, paths: bars(k), points: { show: false } }))],
  }, [labels.map((_, i) => i), ...chart.values], box);
}

function drawAll() {
  for (const [i, chart] of charts.entries()) {
    const box = document.getElementById("chart" + i);
    box.replaceChildren();
    (chart.kind === "bars" ? drawBars : drawLines)(chart, box);
  }
}

for (const select of document.querySelectorAll("select.filter")) {
  const texts = [...document.querySelectorAll("details.text")], shown = select.closest("p").querySelector(".shown");
  const show = () => {
    for (const text of texts) text.hidden = select.value !== "" && !text.dataset.labels.split("\n").includes(select.value);
    shown.textContent = texts.filter(t => !t.hidden).length + " of " + texts.length;
  };
  select.addEventListener("change", show);
  show();
}

let width = innerWidth, waiting;
addEventListener("resize", () => {
  if (innerWidth === width) return;
  width = innerWidth;
  clearTimeout(waiting);
  waiting = setTimeout(drawAll, 150);
});
drawAll();
