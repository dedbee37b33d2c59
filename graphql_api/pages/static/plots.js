// Draws the plots from the rows that the page carries; the tables below them hold the same numbers.
const { Plot, d3 } = window;
const ink = getComputedStyle(document.body).color;
const accent = getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
const cut = (text) => (text.length > 28 ? text.slice(0, 26).trimEnd() + "…" : text);
const common = { style: { background: "transparent", color: ink, fontSize: "13px", fontFamily: "inherit" } };

function years(rows, width) {
  return Plot.plot({ ...common, width, height: 340, marginLeft: 45, color: { legend: true, scheme: "tableau10" }, x: { tickFormat: "d", label: null }, y: { grid: true, label: "papers" },
    marks: [Plot.ruleY([0]), Plot.lineY(rows, { x: "year", y: "papers", stroke: "modality", strokeWidth: 2 }), Plot.dot(rows, { x: "year", y: "papers", fill: "modality", tip: true, title: (d) => `${d.modality}, ${d.year}: ${d.papers}` })] });
}

function shares(rows, width, by) {
  const named = rows.map((row) => ({ ...row, name: `${cut(row[by])} (${row.papers})` }));
  return Plot.plot({ ...common, width, height: 74 + named.length * 26, marginLeft: 230, marginBottom: 44, x: { domain: [0, 1], percent: false, tickFormat: ".0%", grid: true, label: "papers that release code" }, y: { label: null, domain: named.map((d) => d.name) },
    marks: [Plot.ruleY(named, { y: "name", x1: "low", x2: "high", stroke: accent, strokeWidth: 2 }), Plot.dot(named, { y: "name", x: "share", fill: accent, r: 5, tip: true, title: (d) => `${d[by]}: ${d.releasing} of ${d.papers} (${d3.format(".0%")(d.low)} to ${d3.format(".0%")(d.high)})` })] });
}

function together(rows, width) {
  const totals = d3.rollup(rows.flatMap((d) => [[d.dataset, d.papers], [d.with, d.papers]]), (v) => d3.sum(v, (x) => x[1]), (x) => x[0]);
  const names = [...totals].sort((a, b) => b[1] - a[1]).slice(0, 18).map((d) => d[0]);
  const both = rows.flatMap((d) => [d, { ...d, dataset: d.with, with: d.dataset }]).filter((d) => names.includes(d.dataset) && names.includes(d.with));
  return Plot.plot({ ...common, width: Math.min(width, 220 + names.length * 34), height: 190 + names.length * 26, marginLeft: 170, marginBottom: 150, padding: 0.05, x: { domain: names, tickRotate: -50, tickFormat: cut, label: null }, y: { domain: names, tickFormat: cut, label: null }, color: { scheme: "blues", label: "papers", legend: true },
    marks: [Plot.cell(both, { x: "dataset", y: "with", fill: "papers", tip: true, title: (d) => `${d.dataset} with ${d.with}: ${d.papers} papers, ${d.association} times chance` }), Plot.text(both, { x: "dataset", y: "with", text: "papers", fill: (d) => (d.papers > d3.max(both, (x) => x.papers) / 2 ? "white" : "black") })] });
}

for (const place of document.querySelectorAll("[data-plot]")) {
  const rows = JSON.parse(place.dataset.rows), width = Math.min(900, Math.max(480, place.clientWidth)), name = place.dataset.plot;
  const drawn = name === "years" ? years(rows, width) : name === "together" ? together(rows, width) : shares(rows, width, name.replace("code-by-", ""));
  place.replaceChildren(drawn);
  const title = document.getElementById("plot-" + name).textContent;
  for (const picture of place.querySelectorAll("svg")) {
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", `${title}; the data stand in the table below`);
    for (const part of picture.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
  }
}
