// What a script adds to pages that read well without it: type-ahead, theme, copying, brushing years, lit evidence.
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

function theme() {
  const button = $(".theme");
  button.hidden = false;
  button.addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
  });
}

// A label with the words that were typed marked.
function marked(text, typed) {
  const words = typed.trim().split(/\s+/).filter(Boolean).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const place = document.createElement("span");
  text.split(new RegExp(`(${words.join("|")})`, "i")).forEach((piece, i) => {
    place.append(i % 2 ? Object.assign(document.createElement("mark"), { textContent: piece }) : piece);
  });
  return place;
}

function typeAhead() {
  const input = $("#q");
  const list = document.createElement("ul");
  list.className = "suggest";
  list.id = "suggest";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  input.after(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-controls", "suggest");
  input.setAttribute("aria-expanded", "false");
  let timer, at = -1, asked = 0;
  const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const choose = (to) => {
    const items = $$("li", list);
    if (!items.length) return;
    at = (to + items.length + 1) % (items.length + 1);
    items.forEach((item, i) => item.setAttribute("aria-selected", i === at ? "true" : "false"));
    if (at < items.length) input.setAttribute("aria-activedescendant", items[at].id);
    else { at = -1; input.removeAttribute("aria-activedescendant"); }
  };
  const show = (hits) => {
    list.replaceChildren(...hits.map((hit, i) => {
      const item = document.createElement("li");
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.id = `suggest-${i}`;
      const link = document.createElement("a");
      link.href = "/" + hit.id;
      link.tabIndex = -1;
      const kind = document.createElement("span");
      kind.className = "soft small";
      kind.textContent = hit.kind;
      link.append(marked(hit.label, input.value), kind);
      item.append(link);
      return item;
    }));
    list.hidden = !hits.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    at = -1;
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    const text = input.value.trim();
    if (text.length < 2) return close();
    timer = setTimeout(async () => {
      const number = ++asked;
      const answer = await fetch("/suggest?q=" + encodeURIComponent(text));
      if (answer.ok && number === asked) show(await answer.json());
    }, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); choose(at + (event.key === "ArrowDown" ? 1 : -1)); }
    if (event.key === "Escape") close();
    if (event.key === "Enter" && at >= 0) { event.preventDefault(); $$("a", list)[at].click(); }
  });
  document.addEventListener("click", (event) => { if (!list.contains(event.target) && event.target !== input) close(); });
}

function copying() {
  for (const button of $$("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
  }
}

// Years are chosen by drawing over the histogram, or with the arrow keys: Shift draws the range out, Enter sets it.
function brushing() {
  const picture = $(".histogram");
  if (!picture) return;
  const first = Number(picture.dataset.first), count = Number(picture.dataset.count), last = first + count - 1;
  const within = (year) => Math.min(last, Math.max(first, year));
  const brush = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  brush.setAttribute("class", "brush");
  brush.setAttribute("height", "100%");
  let from = within(Number($("#since").value) || first), to = within(Number($("#until").value) || last), drawing = false;
  const tell = () => {
    const [a, b] = [Math.min(from, to), Math.max(from, to)];
    picture.setAttribute("aria-valuenow", b);
    picture.setAttribute("aria-valuetext", a === b ? String(a) : `${a} to ${b}`);
    return [a, b];
  };
  const draw = () => {
    const [a, b] = tell();
    brush.setAttribute("x", `${(a - first) / count * 100}%`);
    brush.setAttribute("width", `${(b - a + 1) / count * 100}%`);
    picture.append(brush);
    $("#since").value = a;
    $("#until").value = b;
  };
  const year = (event) => {
    const box = picture.getBoundingClientRect();
    return within(first + Math.floor((event.clientX - box.left) / box.width * count));
  };
  for (const [name, value] of Object.entries({ tabindex: 0, role: "slider", "aria-valuemin": first, "aria-valuemax": last })) picture.setAttribute(name, value);
  picture.setAttribute("aria-label", picture.getAttribute("aria-label") + "; arrow keys choose a year, with Shift a range, Enter sets it");
  tell();
  picture.addEventListener("pointerdown", (event) => { from = to = year(event); drawing = true; picture.setPointerCapture(event.pointerId); draw(); });
  picture.addEventListener("pointermove", (event) => { if (drawing) { to = year(event); draw(); } });
  picture.addEventListener("pointerup", () => { if (drawing) $(".years-form").requestSubmit(); drawing = false; });
  picture.addEventListener("pointercancel", () => { drawing = false; brush.remove(); });
  picture.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (event.key === "Enter") return $(".years-form").requestSubmit();
    if (event.key === "Home") to = first;
    else if (event.key === "End") to = last;
    else if (step) to = within(to + step);
    else return;
    event.preventDefault();
    if (!event.shiftKey) from = to;
    draw();
  });
}

function evidence() {
  const light = (numbers, on) => {
    for (const number of numbers) {
      for (const element of $$(`[data-edges~="${number}"], #edge-${number}`)) element.classList.toggle("lit", on);
    }
  };
  for (const element of $$("[data-edges]")) {
    const numbers = element.dataset.edges.split(" ");
    for (const [name, on] of [["mouseenter", true], ["focusin", true], ["mouseleave", false], ["focusout", false]]) {
      element.addEventListener(name, () => light(numbers, on));
    }
    element.addEventListener("click", () => { const edge = $(`#edge-${numbers[0]} details`); if (edge) edge.open = true; });
  }
}

theme();
typeAhead();
copying();
brushing();
evidence();
