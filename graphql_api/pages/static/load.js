// Shows how far a load is, and takes dropped files.
const $ = (selector) => document.querySelector(selector);

async function watch() {
  const job = await (await fetch("/load/status")).json();
  if (!job) return;
  $("#job").hidden = false;
  $("#job-name").textContent = job.name;
  $("#job-state").textContent = job.status === null ? job.stage : job.status === 0 ? "Done" : "Failed";
  $("#job-done").textContent = job.done || "";
  $("#job-said").textContent = job.said.join("\n");
  $("#job-rejects").hidden = !job.rejected.length;
  $("#job-rejects ul").replaceChildren(...job.rejected.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  if (job.status === null) setTimeout(watch, 500);
}

const drop = $("#drop");
drop.addEventListener("dragover", (event) => event.preventDefault());
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  if (!event.dataTransfer.files.length) return;
  $("#file").files = event.dataTransfer.files;
  drop.requestSubmit();
});
watch();
