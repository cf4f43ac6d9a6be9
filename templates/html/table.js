// The table as elements: whatever comes from the data is set as text, never as markup.

const SHORT = 180;

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function cut(text) {
  return text.length > SHORT ? `${text.slice(0, SHORT - 1).trimEnd()}…` : text;
}

function link(target, words) {
  return element("a", { href: target }, words);
}

function drawnRow(data, row) {
  const one = observation(data, row);
  const open = element("button", {
    type: "button", className: "open", "aria-expanded": "false",
    "aria-label": said(data, "details_of", { subject: one.subject, control: one.control.title }),
  });
  const cell = (name, ...content) => element("td", { "data-label": said(data, name) }, ...content);
  const [severity, word] = one.severity;
  const line = element("tr", {},
    cell("status", element("span", { className: "state" }, open, chip(one))),
    cell("severity", element("span", { className: `severity ${severity}` }, word)),
    cell("control", link(`#c-${one.control.id}`, one.control.title)),
    cell("subject", element("div", {}, ...subjectOf(one))),
    cell("observed", element("div", { className: "seen" }, ...seen(one))));
  line.dataset.row = row;
  return line;
}

function chip(one) {
  const glyph = element("span", { className: "glyph", "aria-hidden": "true" }, one.glyph);
  return element("span", { className: `chip ${one.status}` }, glyph, ` ${one.word}`);
}

function subjectOf(one) {
  const on = element("span", { className: "on" }, one.kind);
  const cluster = one.cluster?.[1];
  if (cluster && cluster !== one.subject) on.append(" · ", element("bdi", {}, cluster));
  if (one.subscription) on.append(" · ", element("bdi", {}, one.subscription));
  return [element("bdi", {}, one.subject), on];
}

function labelled([label, value]) {
  return [element("span", { className: "soft" }, `${label}: `), element("bdi", {}, value)];
}

// The reason first: it says what is wrong, the values say with what.
function seen(one) {
  const parts = [];
  if (one.waiver) parts.push(element("b", { className: "waived" }, one.waived));
  if (one.reason || one.cause) parts.push(element("div", {}, cut(why(one))));
  for (const [label, value] of one.values) parts.push(element("div", {}, ...labelled([label, cut(value)])));
  return parts.length ? parts : ["–"];
}

function why(one) {
  return one.cause && one.reason ? `${one.cause}. ${one.reason}` : one.cause || one.reason;
}

// All about one observation: what an engineer needs to check it and to remedy it. ``copy`` makes a button.
function drawnDetails(data, row, copy) {
  const one = observation(data, row);
  const list = element("dl", { className: "about" });
  const add = (key, ...content) => {
    if (!content.length) return;
    const words = element("dt", {}, said(data, key));
    list.append(element("div", {}, words, element("dd", {}, ...content)));
  };
  if (one.waiver) add("waiver", one.waived);
  if (why(one)) add("reason", why(one));
  add("value", ...one.values.map((pair) => element("div", {}, ...labelled(pair))));
  add("id", element("span", { className: "code" }, one.id), " ", copy(one.id));
  add("evidence", ...one.evidence.map((place) => evidenceOf(place, copy)));
  if (one.status === "not-satisfied") add("remedy", ...remedyOf(one.control, copy));
  add("read_on", ...readOn(data, one));
  return element("tr", { className: "details" }, element("td", { colSpan: 5 }, list));
}

function evidenceOf([path, pointer], copy) {
  const escaped = encodeURI(path).replaceAll("#", "%23").replaceAll("?", "%3F");
  const place = element("span", { className: "code" }, link(escaped, path), pointer ? `#${pointer}` : "");
  return element("div", {}, place, " ", copy(pointer ? `${path}#${pointer}` : path));
}

function remedyOf({ remedy, cli }, copy) {
  return [element("p", {}, remedy), ...(cli ? [element("pre", {}, cli), copy(cli)] : [])];
}

function readOn(data, one) {
  const links = [link(`#c-${one.control.id}`, said(data, "to_control"))];
  for (const [anchor, number] of one.control.sheets) links.push(link(`#${anchor}`, number));
  if (one.cluster?.[2]) links.push(link(`#${one.cluster[2]}`, said(data, "to_cluster")));
  const asked = one.control.requirements.map(([place, id]) => `${data.frameworks[place][1]} ${id}`);
  const parts = links.flatMap((each, place) => (place ? [" · ", each] : [each]));
  return asked.length ? [...parts, element("div", { className: "soft" }, asked.join(" · "))] : parts;
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
