// Draws the plots from the rows that the page carries; the tables below them hold the same numbers.
const ink = getComputedStyle(document.body).color;
const accent = getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
const narrow = innerWidth < 600;
const cut = (text, most = narrow ? 14 : 28) => (text.length > most ? text.slice(0, most - 2).trimEnd() + "…" : text);
const common = { style: { background: "transparent", color: ink, fontSize: "13px", fontFamily: "inherit" } };

function years(rows, width) {
  return Plot.plot({ ...common, width, height: 340, marginLeft: 45, color: { legend: true, scheme: "tableau10" }, x: { tickFormat: "d", label: null }, y: { grid: true, label: "papers" },
    marks: [Plot.ruleY([0]), Plot.lineY(rows, { x: "year", y: "papers", stroke: "modality", strokeWidth: 2 }), Plot.dot(rows, { x: "year", y: "papers", fill: "modality", tip: true, title: (d) => `${d.modality}, ${d.year}: ${d.papers}` })] });
}

function shares(rows, width, by) {
  const named = rows.map((row) => ({ ...row, name: `${cut(row[by])} (${row.papers})` }));
  return Plot.plot({ ...common, width, height: 74 + named.length * 26, marginLeft: Math.min(230, width * 0.45), marginBottom: 44, x: { domain: [0, 1], percent: false, tickFormat: ".0%", grid: true, label: "papers that release code" }, y: { label: null, domain: named.map((d) => d.name) },
    marks: [Plot.ruleY(named, { y: "name", x1: "low", x2: "high", stroke: accent, strokeWidth: 2 }), Plot.dot(named, { y: "name", x: "share", fill: accent, r: 5, tip: true, title: (d) => `${d[by]}: ${d.releasing} of ${d.papers} (${d3.format(".0%")(d.low)} to ${d3.format(".0%")(d.high)})` })] });
}

function together(rows, width) {
  const totals = d3.rollup(rows.flatMap((d) => [[d.dataset, d.papers], [d.with, d.papers]]), (v) => d3.sum(v, (x) => x[1]), (x) => x[0]);
  const names = [...totals].sort((a, b) => b[1] - a[1]).slice(0, 18).map((d) => d[0]);
  const both = rows.flatMap((d) => [d, { ...d, dataset: d.with, with: d.dataset }]).filter((d) => names.includes(d.dataset) && names.includes(d.with));
  const most = d3.max(both, (d) => d.papers);
  return Plot.plot({ ...common, width: Math.min(width, 220 + names.length * 34), height: 190 + names.length * 26, marginLeft: Math.min(190, width * 0.4), marginBottom: 150, padding: 0.05, x: { domain: names, tickRotate: -50, tickFormat: (name) => cut(name), label: null }, y: { domain: names, tickFormat: (name) => cut(name), label: null }, color: { scheme: "blues", label: "papers", domain: [0, most], legend: most > 1 },
    marks: [Plot.cell(both, { x: "dataset", y: "with", fill: "papers", tip: true, title: (d) => `${d.dataset} with ${d.with}: ${d.papers} papers, ${d.association} times chance` }), Plot.text(both, { x: "dataset", y: "with", text: "papers", fill: (d) => (d.papers > most / 2 ? "white" : "black") })] });
}

function draw(place) {
  const rows = JSON.parse(place.dataset.rows), width = Math.min(900, place.clientWidth), name = place.dataset.plot;
  const drawn = name === "years" ? years(rows, width) : name === "together" ? together(rows, width) : shares(rows, width, name.replace("code-by-", ""));
  place.replaceChildren(drawn);
  const title = document.getElementById("plot-" + name).textContent;
  for (const picture of place.querySelectorAll("svg")) {
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", `${title}; the data stand in the table below`);
    for (const part of picture.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
  }
}

// The library is fetched once the page is read, and a plot is drawn when it comes near.
const script = (src) => new Promise((done, failed) => document.head.append(Object.assign(document.createElement("script"), { src, onload: done, onerror: failed })));
const places = [...document.querySelectorAll("[data-plot]")];
let library;
const watch = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) {
    if (!isIntersecting) continue;
    watch.unobserve(target);
    library ??= places[0].dataset.library.split(" ").reduce((before, src) => before.then(() => script(src)), Promise.resolve());
    library.then(() => setTimeout(draw, 0, target));
  }
}, { rootMargin: "200px" });
const begin = () => places.forEach((place) => watch.observe(place));
if (document.readyState === "complete") begin();
else addEventListener("load", begin);
