const colours = ["#0b6bcb", "#c4314b", "#1f8a4c", "#8a5cd1", "#b26a00", "#00838f", "#6d4c41", "#546e7a"];
for (const [i, chart] of charts.entries()) {
  const box = document.getElementById("chart" + i);
  new uPlot({
    width: box.clientWidth - 16,
    height: 320,
    scales: { x: { time: false } },
    axes: [{ label: chart.x }, { label: chart.y, size: 70 }],
    series: [{ label: chart.x }, ...chart.names.map((name, k) => ({
      label: name, stroke: colours[k % colours.length], width: 1.5, spanGaps: true, points: { show: chart.data[0].length < 60 }
    }))],
  }, chart.data, box);
}
