// The SPARQL page: an editor where there is a script, a table of the answer, links and files.
import { EditorView, keymap, basicSetup, autocompletion, sparql } from "/static/vendor/sparql/codemirror.js";

const data = JSON.parse(document.getElementById("sparql-data").textContent);
const byId = (id) => document.getElementById(id);
const area = byId("query"), form = document.querySelector("form.sparql"), answer = byId("answer");
const ROWS_SHOWN = 1000;
let running = null;

const completions = data.terms.map(([label, detail, type]) => ({ label, detail, type }));
function complete(context) {
  const word = context.matchBefore(/[?$]?[\w-]*:?[\w-]*/);
  if (!word || (word.from === word.to && !context.explicit)) return null;
  const variables = [...new Set(context.state.doc.toString().match(/[?$]\w+/g) || [])];
  return { from: word.from, options: [...completions, ...variables.map((label) => ({ label, type: "variable" }))] };
}

const editor = new EditorView({
  doc: area.value,
  extensions: [
    keymap.of([{ key: "Mod-Enter", run: () => { run(); return true; } }]),
    basicSetup,
    sparql(),
    autocompletion({ override: [complete] }),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": "Query" }),
    EditorView.updateListener.of((update) => { if (update.docChanged) area.value = editor.state.doc.toString(); }),
  ],
});
area.after(editor.dom);
area.hidden = true;
form.querySelector("label[for=query]").addEventListener("click", () => editor.focus());
byId("download").hidden = false;

function put(text) {
  editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
}

byId("example").addEventListener("change", (event) => {
  const chosen = data.examples[event.target.value];
  if (!chosen) return;
  byId("about").textContent = chosen.about;
  put(chosen.text);
  run();
});

form.addEventListener("submit", (event) => {
  if (event.submitter && event.submitter.id === "download") return; // the browser fetches the file
  event.preventDefault();
  run();
});

function shorten(iri) {
  if (iri.startsWith(data.base)) return iri.slice(data.base.length);
  for (const [name, start] of data.prefixes) {
    if (iri.startsWith(start) && /^[\w-]+$/.test(iri.slice(start.length))) return `${name}:${iri.slice(start.length)}`;
  }
  return iri;
}

function cell(value) {
  const td = document.createElement("td");
  if (!value) return td;
  if (value.type === "uri" && /^https?:/.test(value.value)) {
    const link = document.createElement("a");
    link.href = value.value.startsWith(data.base) ? "/" + value.value.slice(data.base.length) : value.value;
    link.textContent = shorten(value.value);
    td.append(link);
  } else {
    td.textContent = value.value;
    if (/#(integer|decimal|double)$/.test(value.datatype || "")) td.className = "number";
  }
  return td;
}

function table(result) {
  const made = document.createElement("table");
  const head = made.createTHead().insertRow();
  for (const name of result.head.vars) {
    const th = document.createElement("th");
    th.scope = "col";
    th.textContent = name;
    head.append(th);
  }
  const body = made.createTBody();
  for (const row of result.results.bindings.slice(0, ROWS_SHOWN)) {
    body.insertRow().append(...result.head.vars.map((name) => cell(row[name])));
  }
  return made;
}

function problem(text) {
  byId("problem").textContent = text;
  const place = /\b(\d+):(\d+)\b/.exec(text);
  if (place && +place[1] <= editor.state.doc.lines) {
    const line = editor.state.doc.line(+place[1]);
    editor.dispatch({ selection: { anchor: Math.min(line.from + +place[2] - 1, line.to) }, scrollIntoView: true });
  }
}

async function run() {
  if (running) running.abort();
  const mine = (running = new AbortController());
  byId("problem").textContent = "";
  answer.hidden = true;
  byId("status").textContent = "Running …";
  const query = editor.state.doc.toString(), began = performance.now();
  try {
    const response = await fetch("/sparql", {
      method: "POST",
      body: query,
      signal: mine.signal,
      headers: {
        "content-type": "application/sparql-query",
        accept: "application/sparql-results+json, text/turtle;q=0.9",
      },
    });
    const text = await response.text();
    const seconds = ((performance.now() - began) / 1000).toFixed(2);
    if (!response.ok) {
      let detail = text;
      try { detail = JSON.parse(text).detail; } catch { /* plain text */ }
      byId("status").textContent = "";
      problem(detail);
      return;
    }
    byId("status").textContent = show(response, text, seconds);
    const address = "/sparql-editor?" + new URLSearchParams({ query });
    byId("link").href = address;
    byId("link").hidden = false;
    history.replaceState(null, "", address);
  } catch (error) {
    if (error.name !== "AbortError") { byId("status").textContent = ""; problem(`The server did not answer: ${error.message}`); }
  }
}

function show(response, text, seconds) {
  answer.hidden = false;
  if (!(response.headers.get("content-type") || "").includes("json")) {
    const pre = document.createElement("pre");
    pre.textContent = text.slice(0, 500000);
    answer.replaceChildren(pre);
    return `Triples in ${seconds} s`;
  }
  const result = JSON.parse(text);
  if ("boolean" in result) {
    answer.replaceChildren(result.boolean ? "Yes" : "No");
    return `Answered in ${seconds} s`;
  }
  answer.replaceChildren(table(result));
  const rows = result.results.bindings.length;
  const more = rows > ROWS_SHOWN ? `, of which the first ${ROWS_SHOWN} are shown` : "";
  return `${rows} ${rows === 1 ? "row" : "rows"} in ${seconds} s${more}`;
}

if (data.run) run();
