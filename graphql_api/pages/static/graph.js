// The graph to look at: sigma draws it, a worker lays it out, every filter works on what is drawn.
const { FA2Layout, communitiesLouvain, gexf } = window.graphologyLibrary;
const Graph = window.graphology.MultiUndirectedGraph ?? window.graphology.Graph ?? window.graphology;
const $ = (selector) => document.querySelector(selector);
const TYPES = { Paper: "#3b6ea5", Dataset: "#c4681c", Method: "#7a4fb5", Task: "#2f8f4e", Modality: "#b8860b", Condition: "#c23b5e", Repository: "#2a8a86", Result: "#8a8a8a", Person: "#6b7d3a", Venue: "#8c5a3c" };
const STATUS = { released: "#2f8f4e", promised: "#b8860b", none: "#8a8a8a" };
const PALETTE = ["#3b6ea5", "#c4681c", "#2f8f4e", "#7a4fb5", "#c23b5e", "#2a8a86", "#b8860b", "#8c5a3c", "#6b7d3a", "#d17aa8", "#5f6f81", "#9c9c2e"];
const MOST = 20000;
const LINE = getComputedStyle(document.documentElement).getPropertyValue("--line").trim();
const short = (text) => (text.length > 42 ? text.slice(0, 40).trimEnd() + "…" : text);

const view = $(".view");
const graph = new Graph({ multi: true, allowSelfLoops: false });
const hidden = new Set();
let left = 0, sure = 0, layout = null, twin = null, timer = null, hovered = null, renderer = null;

// A small seeded generator: the same graph begins from the same places.
function seeded(text) {
  let h = 2166136261;
  for (const c of text) h = Math.imul(h ^ c.charCodeAt(0), 16777619);
  return () => ((h = Math.imul(h ^ (h >>> 15), 2246822507)) >>> 0) / 4294967296;
}

async function fetchGraph(query) {
  const answer = await fetch("/export/json?" + query);
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail ?? `the server answered ${answer.status}`);
  return answer.json();
}

function add(data, near) {
  const edges = data.edges ?? data.links;
  left = Math.max(left, graph.order + data.nodes.length - MOST);
  for (const node of data.nodes) {
    if (graph.hasNode(node.id) || graph.order >= MOST) continue;
    const random = seeded(node.id), spread = near ? 8 : 100;
    const at = near ? graph.getNodeAttributes(near) : { x: 0, y: 0 };
    graph.addNode(node.id, { label: node.label, kind: node.type, codeStatus: node.codeStatus ?? "", year: node.year ?? "", x: at.x + (random() - 0.5) * spread, y: at.y + (random() - 0.5) * spread, size: 4, color: TYPES[node.type] });
  }
  for (const edge of edges) {
    const key = `${edge.source} ${edge.relation} ${edge.target}`;
    if (edge.source === edge.target || graph.hasEdge(key) || !graph.hasNode(edge.source) || !graph.hasNode(edge.target)) continue;
    graph.addEdgeWithKey(key, edge.source, edge.target, { relation: edge.relation, confidence: edge.confidence ?? 1, weight: edge.weight ?? 1, size: 0.8, color: LINE });
  }
}

function paint() {
  const by = $("#colour").value, all = $("#size-by").value === "same";
  let colours = TYPES, of = (a) => a.kind;
  if (by === "codeStatus") { colours = STATUS; of = (a) => a.codeStatus; }
  if (by === "community") {
    communitiesLouvain.assign(graph, { rng: seeded("communities") });
    colours = Object.fromEntries(PALETTE.map((c, i) => [i, c]));
    of = (a) => a.community % PALETTE.length;
  }
  const seen = new Map();
  graph.updateEachNodeAttributes((id, a) => {
    const value = of(a), colour = colours[value] ?? "#9aa0a8";
    if (value !== "" && value !== undefined) seen.set(value, colour);
    return { ...a, color: colour, size: all ? 5 : 3 + 2.2 * Math.sqrt(graph.degree(id)) };
  }, { attributes: ["color", "size"] });
  $("#legend").replaceChildren(...[...seen].sort((a, b) => String(a[0]).localeCompare(String(b[0]), "en", { numeric: true })).slice(0, 12).map(([value, colour]) => {
    const item = document.createElement("li"), dot = document.createElement("i");
    dot.style.background = colour;
    item.append(dot, by === "community" ? `community ${Number(value) + 1}` : String(value));
    return item;
  }));
}

function relations() {
  const counts = new Map();
  graph.forEachEdge((_, a) => counts.set(a.relation, (counts.get(a.relation) ?? 0) + 1));
  $("#relations").replaceChildren(...[...counts].sort((a, b) => b[1] - a[1]).map(([name, count]) => {
    const label = document.createElement("label"), box = document.createElement("input");
    box.type = "checkbox";
    box.checked = !hidden.has(name);
    box.addEventListener("change", () => { box.checked ? hidden.delete(name) : hidden.add(name); refresh(); });
    label.append(box, `${name} (${count})`);
    return label;
  }));
}

const shows = (edge) => !hidden.has(edge.relation) && edge.confidence >= sure;

function describe() {
  const sorted = graph.nodes().sort((a, b) => graph.degree(b) - graph.degree(a));
  $("#size").textContent = `${graph.order.toLocaleString("en")} nodes, ${graph.size.toLocaleString("en")} edges${left > 0 && graph.order >= MOST ? "; more are left out, narrow it down to see them" : ""}`;
  const names = sorted.slice(0, 2000);
  $("#node-names").replaceChildren(...names.map((id) => Object.assign(document.createElement("option"), { value: graph.getNodeAttribute(id, "label") })));
  $("#node-list").replaceChildren(...names.map((id) => {
    const item = document.createElement("li"), link = document.createElement("a");
    link.href = "/" + id;
    link.textContent = graph.getNodeAttribute(id, "label");
    item.append(link, ` (${graph.getNodeAttribute(id, "kind").toLowerCase()})`);
    return item;
  }));
}

function refresh() {
  paint();
  relations();
  describe();
  renderer?.refresh();
}

function start() {
  stop();
  if (graph.order < 2) return;
  const settings = { ...window.graphologyLibrary.layoutForceAtlas2.inferSettings(graph), slowDown: 8, gravity: 1.5 };
  twin = graph.copy();
  layout = new FA2Layout(twin, { settings, getEdgeWeight: "weight" });
  layout.start();
  setTimeout(follow, 200);
  $("#layout").textContent = "Stop the layout";
  timer = setTimeout(stop, Math.min(20000, 3000 + graph.order * 4));
}

// Takes over the places that the worker found, as often as drawing them leaves time for everything else.
function follow() {
  if (!layout) return;
  const began = performance.now();
  takePlaces();
  requestAnimationFrame(() => setTimeout(() => {
    const cost = performance.now() - began;
    setTimeout(follow, cost < 40 ? 0 : 12 * cost);
  }));
}

function takePlaces() {
  graph.updateEachNodeAttributes((id, a) => (twin.hasNode(id) ? { ...a, x: twin.getNodeAttribute(id, "x"), y: twin.getNodeAttribute(id, "y") } : a), { attributes: ["x", "y"] });
}

function stop() {
  clearTimeout(timer);
  if (layout) takePlaces();
  layout?.kill();
  layout = twin = null;
  $("#layout").textContent = "Lay out";
}

async function open(id) {
  const about = $("#about"), a = graph.getNodeAttributes(id);
  const link = Object.assign(document.createElement("a"), { href: "/" + id, textContent: a.label });
  about.replaceChildren(link, ` – ${a.kind.toLowerCase()}${a.year ? ", " + a.year : ""}, ${graph.degree(id)} edges here`);
  const before = graph.order;
  add(await fetchGraph(new URLSearchParams({ ego: id, hops: 1 })), id);
  if (graph.order > before) { refresh(); start(); }
}

function save(name, blob) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function svg() {
  const { width, height } = renderer.getDimensions();
  const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  const place = new Map(graph.mapNodes((id, a) => [id, renderer.graphToViewport(a)]));
  const lines = graph.filterEdges((_, a) => shows(a)).map((edge) => {
    const [p, q] = graph.extremities(edge).map((id) => place.get(id));
    return `<line x1="${p.x.toFixed(1)}" y1="${p.y.toFixed(1)}" x2="${q.x.toFixed(1)}" y2="${q.y.toFixed(1)}"/>`;
  });
  const scale = 1 / Math.sqrt(renderer.getCamera().ratio);
  const dots = graph.mapNodes((id, a) => `<circle cx="${place.get(id).x.toFixed(1)}" cy="${place.get(id).y.toFixed(1)}" r="${(a.size * scale).toFixed(1)}" fill="${a.color}"><title>${escape(a.label)}</title></circle>`);
  const shown = new Set(renderer.getNodeDisplayedLabels());
  const labels = graph.filterNodes((id) => shown.has(id)).map((id) => `<text x="${(place.get(id).x + 6).toFixed(1)}" y="${(place.get(id).y + 4).toFixed(1)}">${escape(graph.getNodeAttribute(id, "label"))}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12"><g stroke="#b9bec7" stroke-width="0.7">${lines.join("")}</g>${dots.join("")}${labels.join("")}</svg>`;
}

function png() {
  const { width, height } = renderer.getDimensions(), ratio = window.devicePixelRatio || 1;
  const picture = Object.assign(document.createElement("canvas"), { width: width * ratio, height: height * ratio });
  const context = picture.getContext("2d");
  context.fillStyle = getComputedStyle($("#drawing")).backgroundColor;
  context.fillRect(0, 0, picture.width, picture.height);
  renderer.refresh();
  renderer.render?.();
  for (const layer of document.querySelectorAll("#drawing canvas")) context.drawImage(layer, 0, 0, picture.width, picture.height);
  picture.toBlob((blob) => save("paper-atlas.png", blob));
}

function controls() {
  for (const id of ["#colour", "#size-by"]) $(id).addEventListener("change", refresh);
  $("#sure").addEventListener("input", (event) => { sure = Number(event.target.value); $("#sure-out").textContent = sure.toFixed(2); renderer.refresh(); });
  $("#layout").addEventListener("click", () => (layout ? stop() : start()));
  $("#fit").addEventListener("click", () => renderer.getCamera().animatedReset());
  $("#png").addEventListener("click", png);
  $("#svg").addEventListener("click", () => save("paper-atlas.svg", new Blob([svg()], { type: "image/svg+xml" })));
  $("#gexf").addEventListener("click", () => {
    const part = graph.copy();
    part.forEachEdge((edge, a) => { if (!shows(a)) part.dropEdge(edge); });
    save("paper-atlas.gexf", new Blob([gexf.write(part, { version: "1.2" })], { type: "application/xml" }));
  });
  $("#find-node").addEventListener("change", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    const found = wanted && graph.findNode((_, a) => a.label.toLowerCase() === wanted || a.label.toLowerCase().includes(wanted));
    if (!found) return;
    hovered = found;
    renderer.getCamera().animate({ ...renderer.getNodeDisplayData(found), ratio: 0.3 });
    renderer.refresh();
  });
  $(".panel").addEventListener("submit", (event) => event.preventDefault());
}

function draw() {
  const ink = getComputedStyle(document.body).color;
  renderer = new window.Sigma(graph, $("#drawing"), {
    labelColor: { color: ink }, labelRenderedSizeThreshold: 8, labelDensity: 0.4, labelGridCellSize: 120, hideEdgesOnMove: graph.size > 5000, zIndex: true,
    nodeReducer: (id, a) => (hovered && id !== hovered && !graph.areNeighbors(id, hovered) ? { ...a, label: "", color: "#c9cdd355", zIndex: 0 } : { ...a, label: id === hovered ? a.label : short(a.label), zIndex: 1, forceLabel: id === hovered }),
    edgeReducer: (edge, a) => (!shows(a) || (hovered && !graph.hasExtremity(edge, hovered)) ? { ...a, hidden: true } : a),
  });
  renderer.on("enterNode", ({ node }) => { hovered = node; renderer.refresh({ skipIndexation: true }); });
  renderer.on("leaveNode", () => { hovered = null; renderer.refresh({ skipIndexation: true }); });
  renderer.on("clickNode", ({ node }) => open(node).catch(fail));
  renderer.on("doubleClickNode", ({ node, preventSigmaDefault }) => { preventSigmaDefault(); location.href = "/" + node; });
  view.dataset.ready = "true";
}

function fail(err) {
  $("#size").textContent = `The graph could not be drawn: ${err.message}`;
}

$("#size").textContent = "Fetching the graph …";
fetchGraph(view.dataset.query).then((data) => {
  add(data);
  controls();
  refresh();
  draw();
  start();
}).catch(fail);
