// What the reader does: pick, sort, turn pages, open a row, copy, send a view.

const PAGE = 50;

function started(data) {
  const byId = (id) => document.getElementById(id);
  const haystack = searchable(data);
  const controls = [...document.querySelectorAll("#explorer [data-facet]")];
  const search = byId("search");
  let view = everything();
  let result = null;

  function update(changes, keepPage = false) {
    view = { ...view, ...(keepPage ? {} : { page: 1 }), ...changes };
    draw();
    history.replaceState(null, "", fragment(view));
  }

  function draw() {
    result = picked(data, haystack, view);
    const pages = Math.max(1, Math.ceil(result.rows.length / PAGE));
    view.page = Math.min(view.page, pages);
    drawChoices(pages);
    drawRows();
  }

  function drawRows() {
    const first = (view.page - 1) * PAGE;
    const shown = [...result.rows.subarray(first, first + PAGE)].map((row) => drawnRow(data, row));
    byId("rows").replaceChildren(...shown);
    byId("rows-box").hidden = !shown.length;
    byId("nothing").hidden = shown.length > 0;
  }

  function drawChoices(pages) {
    const size = result.rows.length;
    byId("found").textContent = said(data, "found", { n: size, all: data.size });
    byId("at").textContent = said(data, "page", { n: view.page, all: pages });
    byId("previous").disabled = view.page <= 1;
    byId("next").disabled = view.page >= pages;
    byId("copy-rows").disabled = !size;
    byId("nothing-why").textContent = chosen();
    if (search.value !== view.text) search.value = view.text;
    for (const control of controls) drawChoice(control);
    for (const button of document.querySelectorAll("#explorer [data-sort]")) drawSort(button);
  }

  function drawChoice(control) {
    const name = control.dataset.facet;
    const counts = result.counts[name];
    if (control.type === "checkbox") {
      control.checked = view[name].includes(control.value);
      const place = data.keys[name].indexOf(control.value);
      control.parentElement.querySelector(".number").textContent = grouped(counts[place]);
      return;
    }
    const key = view[name][0] ?? "";
    for (const option of control.options) {
      if (option.dataset.place) {
        const text = `${option.dataset.words} (${grouped(counts[option.dataset.place])})`;
        if (option.textContent !== text) option.textContent = text;
      }
    }
    if (key && ![...control.options].some((option) => option.value === key)) {
      control.append(element("option", { value: key }, said(data, "unknown", { key })));
    }
    control.value = key;
  }

  function drawSort(button) {
    const name = button.dataset.sort;
    const way = view.sort === name ? "ascending" : view.sort === `-${name}` ? "descending" : "none";
    button.dataset.way = way;
    const head = button.closest("th");
    const active = [...head.querySelectorAll("[data-sort]")].find(
      ({ dataset }) => view.sort.replace(/^-/, "") === dataset.sort);
    if (active === button) head.ariaSort = way;
    else if (!active) head.removeAttribute("aria-sort");
  }

  // What is filtered by, in words, for where nothing is left.
  function chosen() {
    const parts = FACETS.filter((name) => view[name].length).map((name) =>
      `${said(data, name)}: ${view[name].map((key) => named(name, key)).join(", ")}`);
    if (view.text) parts.push(said(data, "text", { text: view.text }));
    return parts.join("; ");
  }

  function named(name, key) {
    const place = data.keys[name].indexOf(key);
    return place < 0 ? key : labels(data)[name][place];
  }

  for (const select of controls.filter(({ tagName }) => tagName === "SELECT")) {
    const name = select.dataset.facet;
    select.append(...options(data, name));
    select.addEventListener("change", () => update({ [name]: select.value ? [select.value] : [] }));
  }
  for (const box of controls.filter(({ type }) => type === "checkbox")) {
    const name = box.dataset.facet;
    box.addEventListener("change", () => update({
      [name]: controls.filter((other) => other.dataset.facet === name && other.checked).map(({ value }) => value),
    }));
  }
  search.addEventListener("input", () => update({ text: search.value.trim() }));
  byId("clear").addEventListener("click", () => update(everything()));
  byId("previous").addEventListener("click", () => update({ page: view.page - 1 }, true));
  byId("next").addEventListener("click", () => update({ page: view.page + 1 }, true));

  function follow() {
    if (!location.hash.startsWith("#observations")) return;
    view = viewOf(location.hash);
    draw();
    byId("observations").scrollIntoView();
  }
  window.addEventListener("hashchange", follow);
  byId("observations-note").hidden = true;
  byId("explorer").hidden = false;
  draw();
  follow();
}

function labels(data) {
  return {
    status: data.statuses.map(([, , word]) => word),
    severity: data.severities.map(([, word]) => word),
    control: data.controls.map(({ title }) => title),
    cluster: data.clusters.map(([, name]) => name),
    subscription: data.subscriptions.map(([, name]) => name),
    framework: data.frameworks.map(([, short]) => short),
  };
}

function options(data, name) {
  const words = labels(data)[name];
  return data.keys[name].map((key, place) => {
    const option = element("option", { value: key });
    option.dataset.place = place;
    option.dataset.words = words[place];
    return option;
  });
}

started(await unpacked(document.getElementById("packed")));
