// What the reader does: pick, sort, turn pages, open a row, copy, send a view.

const PAGE = 50;
const byId = (id) => document.getElementById(id);

function started(data) {
  const haystack = searchable(data);
  const rows = byId("rows");
  let view = everything();
  let result = null;

  function update(changes) {
    view = { ...view, page: 1, ...changes };
    draw();
    history.replaceState(null, "", fragment(view));
  }

  function draw() {
    result = picked(data, haystack, view);
    const size = result.rows.length;
    const pages = Math.max(1, Math.ceil(size / PAGE));
    view.page = Math.min(view.page, pages);
    const first = (view.page - 1) * PAGE;
    const shown = [...result.rows.subarray(first, first + PAGE)].map((row) => drawnRow(data, row));
    rows.replaceChildren(...shown);
    drawChoices(data, view, result);
    byId("found").textContent = said(data, "found", { n: size, all: data.size });
    byId("said").textContent = "";
    byId("at").textContent = said(data, "page", { n: view.page, all: pages });
    byId("previous").disabled = view.page <= 1;
    byId("next").disabled = view.page >= pages;
    byId("copy-rows").disabled = !size;
    byId("rows-box").hidden = !size;
    byId("nothing").hidden = size > 0;
    for (const id of ["chosen", "nothing-why"]) byId(id).textContent = chosen(data, view);
  }

  function turn(by) {
    if (byId(by < 0 ? "previous" : "next").disabled) return;
    update({ page: view.page + by });
    byId("found").scrollIntoView({ block: "start" });
  }

  function toggle(line) {
    const button = line.querySelector(".open");
    const open = button.getAttribute("aria-expanded") === "true";
    if (open) line.nextElementSibling.remove();
    else line.after(drawnDetails(data, Number(line.dataset.row), copyButton));
    button.setAttribute("aria-expanded", String(!open));
  }

  function copyButton(text) {
    const button = element("button", { type: "button", className: "copy" }, said(data, "copy"));
    button.addEventListener("click", () => copy(text, said(data, "copied")));
    return button;
  }

  async function copy(text, done) {
    const copied = await copiedText(text);
    byId("said").textContent = copied ? done : said(data, "not_copied");
  }

  // The view of the address, on arriving and on going back and forth.
  function follow() {
    if (!location.hash.startsWith("#observations")) return;
    view = viewOf(location.hash);
    draw();
    byId("observations").scrollIntoView();
  }

  // A link to the table alone leaves the view as it is.
  function lead(event) {
    const target = event.target.closest('a[href^="#observations"]')?.getAttribute("href");
    if (!target || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    history.pushState(null, "", target === "#observations" ? fragment(view) : target);
    follow();
    byId("observations").focus({ preventScroll: true });
  }

  addChoices(data);
  listen(update, () => view);
  byId("previous").addEventListener("click", () => turn(-1));
  byId("next").addEventListener("click", () => turn(1));
  byId("copy-view").addEventListener("click", () => {
    history.replaceState(null, "", fragment(view));
    copy(location.href, said(data, "copied"));
  });
  byId("copy-rows").addEventListener("click", () => {
    copy(csv(data, result.rows), said(data, "copied_rows", { n: result.rows.length }));
  });
  rows.addEventListener("click", (event) => {
    const line = event.target.closest("tr[data-row]");
    if (!line || event.target.closest("a") || String(getSelection())) return;
    toggle(line);
  });
  document.addEventListener("click", lead);
  document.addEventListener("keydown", (event) => pressed(event, { update, turn, toggle }));
  window.addEventListener("hashchange", follow);
  leadHere(data);
  byId("observations-note").hidden = true;
  byId("explorer").hidden = false;
  draw();
  if (location.hash.startsWith("#observations")) follow();
  else document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

function listen(update, view) {
  const controls = [...document.querySelectorAll("#explorer [data-facet]")];
  for (const control of controls) {
    const name = control.dataset.facet;
    const checked = () => controls.filter((one) => one.dataset.facet === name && one.checked);
    control.addEventListener("change", () => {
      const keys = control.type === "checkbox" ? checked().map(({ value }) => value) : [control.value];
      update({ [name]: keys.filter(Boolean) });
    });
  }
  byId("search").addEventListener("input", () => update({ text: byId("search").value.trim() }));
  byId("clear").addEventListener("click", () => update(everything()));
  for (const button of document.querySelectorAll("#explorer [data-sort]")) {
    button.addEventListener("click", () => update({ sort: nextSort(button.dataset.sort, view().sort) }));
  }
}

themed();
try {
  started(await unpacked(byId("packed")));
} catch (error) {
  byId("observations-note").append(" ", `(${error.name}: ${error.message})`);
  throw error;
}
