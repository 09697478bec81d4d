// Who waits for whom at one place of the trace: a graph, and the same in words.

const SVG = "http://www.w3.org/2000/svg";

function element(name, attributes = {}, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

class WaitGraph {
  constructor(svg, list, moment, picture) {
    Object.assign(this, { svg, list, moment, picture, trace: picture.trace });
  }

  draw(row, time) {
    const { trace } = this, living = [];
    trace.lanes.forEach((_, lane) => {
      const state = trace.stateAt(lane, row);
      const value = state < 0 ? trace.constants.unknown : trace.state.state.data[state];
      if (value !== trace.constants.unknown && value !== trace.constants.free) living.push({ lane, state, value });
    });
    this.clear();
    this.moment.textContent = `at ${formatTime(time)}`;
    const edges = this.edges(living);
    this.drawGraph(living, edges);
    this.drawList(living);
    return edges;
  }

  clear() {
    this.moment.textContent = "";
    this.svg.querySelectorAll(":scope > :not(title)").forEach((old) => old.remove());
    this.list.replaceChildren();
  }

  // Pairs of lanes: who waits, for whom. Only who waits has somebody there.
  edges(living) {
    const { trace } = this;
    return living
      .filter(({ state }) => trace.state.peer.data[state] >= 0)
      .map(({ lane, state }) => [lane, trace.state.peer.data[state]]);
  }

  drawGraph(living, edges) {
    const nodes = new Set(living.map(({ lane }) => lane));
    for (const [, peer] of edges) nodes.add(peer);
    const all = [...nodes].sort((a, b) => a - b), colour = new Map(living.map(({ lane, value }) => [lane, value]));
    const at = new Map(all.map((lane, i) => [lane, this.position(i, all.length)]));
    for (const [from, to] of edges) this.drawEdge(at.get(from), at.get(to));
    const radius = all.length > 14 ? 7 : 11;
    for (const lane of all) {
      const [x, y] = at.get(lane), up = this.isAbove(lane, at, edges);
      const fill = colour.has(lane) ? this.picture.stateColour(colour.get(lane)) : "none";
      this.svg.append(element("circle", { cx: x, cy: y, r: radius, fill }));
      this.svg.append(element("text", { x, y: up ? y - radius - 5 : y + radius + 14 }, this.trace.laneName(lane)));
    }
  }

  // Whether the name stands above: where no arrow comes to it.
  isAbove(lane, at, edges) {
    const y = at.get(lane)[1], others = edges.filter((edge) => edge.includes(lane)).map(([from, to]) => at.get(from === lane ? to : from)[1]);
    const below = others.reduce((sum, other) => sum + other - y, 0);
    return below ? below > 0 : y < 120;
  }

  position(index, count) {
    const angle = (2 * Math.PI * index) / count - Math.PI / 2;
    return [160 + 112 * Math.cos(angle), 120 + 84 * Math.sin(angle)];
  }

  drawEdge([ax, ay], [bx, by]) {
    const length = Math.hypot(bx - ax, by - ay) || 1, ux = (bx - ax) / length, uy = (by - ay) / length;
    const [sx, sy, ex, ey] = [ax + ux * 14, ay + uy * 14, bx - ux * 15, by - uy * 15];
    this.svg.append(element("path", { class: "edge", d: `M${sx} ${sy}L${ex - ux * 6} ${ey - uy * 6}` }));
    const tip = `${ex},${ey} ${ex - ux * 9 - uy * 5},${ey - uy * 9 + ux * 5} ${ex - ux * 9 + uy * 5},${ey - uy * 9 - ux * 5}`;
    this.svg.append(element("polygon", { class: "tip", points: tip }));
  }

  drawList(living) {
    this.list.replaceChildren(...living.map(({ lane, state, value }) => {
      const entry = document.createElement("li");
      const [box, name, words] = ["i", "b", "span"].map((tag) => entry.appendChild(document.createElement(tag)));
      box.style.background = this.picture.stateColour(value);
      name.textContent = this.trace.laneName(lane);
      words.textContent = this.trace.stateText(state);
      return entry;
    }));
  }
}
