// Sorts and searches the files, shows those rows that are in sight, and the problems and the tree of one.
(() => {
  const { files, rows, problems } = JSON.parse(document.getElementById("report").textContent);
  const [PATH, LABEL, ROW, BLOCK, PLACE, COUNT, PROBLEMS] = [0, 1, 2, 3, 4, 5, 6];
  const root = document.querySelector(".rcm-report");
  const scroll = root.querySelector(".rcm-scroll");
  const body = root.querySelector("tbody");
  const heads = [...root.querySelectorAll("thead th")];
  const box = root.querySelector(".rcm-find input");
  const count = root.querySelector(".rcm-count");
  const dialog = root.querySelector("dialog");
  const all = files.map((_, index) => index);
  let shown = all; // those that were found, in their order
  let sorting = { column: -1, direction: 1 };

  // -- rows in sight

  const row = (index) => {
    const file = files[index];
    const line = document.createElement("tr");
    line.innerHTML = `<th scope="row"><button type="button"></button></th><td></td>${rows[file[ROW]].cells}`;
    line.dataset.file = index;
    const [head, number] = line.children;
    head.title = file[PATH];
    head.firstChild.textContent = file[LABEL];
    number.className = file[COUNT] ? "rcm-has-problems" : "rcm-problem-count";
    number.textContent = file[COUNT] < 0 ? "!" : file[COUNT];
    number.title = file[COUNT] < 0 ? "cannot be read" : `problems: ${file[COUNT]}`;
    return line;
  };

  const spacer = () => {
    const line = document.createElement("tr");
    line.ariaHidden = "true";
    line.append(document.createElement("td"));
    return line;
  };

  // the longest name is always there, so that columns do not move
  const ruler = spacer();
  ruler.className = "rcm-ruler";
  ruler.firstChild.textContent = files.reduce((long, file) => (file[LABEL].length > long.length ? file[LABEL] : long), "");
  ruler.firstChild.style.whiteSpace = "pre";
  const above = spacer();
  const below = spacer();
  body.append(ruler, above, below);
  let step = 0; // from a row to the next
  let drawn = [0, 0];

  const measure = () => {
    const two = all.slice(0, 1).flatMap((index) => [row(index), row(index)]);
    if (!two.length) return;
    above.after(...two);
    step = two[1].offsetTop - two[0].offsetTop;
    two.forEach((line) => line.remove());
  };

  const draw = () => {
    if (!step) return;
    const sight = Math.ceil(scroll.clientHeight / step);
    const first = Math.max(0, Math.min(Math.floor(scroll.scrollTop / step) - sight, shown.length - 3 * sight));
    const last = Math.min(shown.length, first + 3 * sight);
    const [from, to] = drawn;
    if (from === first && to === last) return;
    drawn = [first, last];
    above.firstChild.style.height = `${Math.max(0, first * step - 2)}px`;
    below.firstChild.style.height = `${Math.max(0, (shown.length - last) * step - 2)}px`;
    above.hidden = first === 0;
    below.hidden = last === shown.length;
    const make = (start, end) => shown.slice(start, end).map(row);
    if (last <= from || first >= to) {
      while (above.nextSibling !== below) above.nextSibling.remove();
      above.after(...make(first, last));
      return;
    }
    // rows that stay in sight stay what they are: one of them may have the focus
    for (let each = from; each < first; each += 1) above.nextSibling.remove();
    for (let each = last; each < to; each += 1) below.previousSibling.remove();
    above.after(...make(first, from));
    below.before(...make(to, last));
  };

  const redraw = () => {
    drawn = [0, 0];
    while (above.nextSibling !== below) above.nextSibling.remove();
    draw();
  };

  // -- sorting and searching

  const collator = new Intl.Collator(undefined, { numeric: true });
  const keys = [(file) => file[LABEL], (file) => (file[COUNT] < 0 ? Infinity : file[COUNT])];
  const keyOf = (column) => keys[column] ?? ((file) => rows[file[ROW]].ranks[column - keys.length] ?? Infinity);
  const texts = [];
  const textOf = (index) => {
    const file = files[index];
    texts[index] ??= [file[PATH], rows[file[ROW]].text, file[COUNT] < 0 ? "unreadable" : "",
      ...file[PROBLEMS].map((number) => problems[number])].join(" ").toLowerCase();
    return texts[index];
  };

  const arrange = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = words.length ? all.filter((index) => words.every((word) => textOf(index).includes(word))) : [...all];
    count.textContent = words.length ? `${shown.length} of ${files.length}` : "";
    const { column, direction } = sorting;
    if (column >= 0) {
      const key = keyOf(column);
      const values = new Map(shown.map((index) => [index, key(files[index])]));
      const compare = column === 0 ? collator.compare : (one, two) => (one === two ? 0 : one < two ? -1 : 1);
      shown.sort((one, two) => direction * compare(values.get(one), values.get(two)) || one - two);
    }
    scroll.scrollTop = 0;
    redraw();
  };

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      // the most problems first
      const start = column === 1 ? -1 : 1;
      sorting = { column, direction: sorting.column === column ? -sorting.direction : start };
      for (const each of heads) each.removeAttribute("aria-sort");
      head.ariaSort = sorting.direction > 0 ? "ascending" : "descending";
      arrange();
    });
  });
  box.addEventListener("input", arrange);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    box.value = "";
    arrange();
  });

  // -- one file

  const unpacked = new Map();
  const unpack = (number) => {
    if (!unpacked.has(number)) {
      const packed = Uint8Array.from(atob(document.getElementById(`block-${number}`).textContent), (c) => c.charCodeAt(0));
      const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
      unpacked.set(number, new Response(stream).json());
    }
    return unpacked.get(number);
  };

  const open = async (index) => {
    const file = files[index];
    dialog.querySelector(".rcm-what").textContent = file[PATH];
    dialog.querySelector(".rcm-problems").replaceChildren(...file[PROBLEMS].map((number) => {
      const item = document.createElement("li");
      item.textContent = problems[number];
      return item;
    }));
    const tree = dialog.querySelector("[data-rcm]");
    tree.replaceChildren();
    delete tree.dataset.ready;
    dialog.dataset.file = index;
    dialog.showModal();
    if (file[BLOCK] < 0) return;
    const block = await unpack(file[BLOCK]);
    if (dialog.dataset.file !== String(index)) return; // another one was opened meanwhile
    tree.innerHTML = block.files[file[PLACE]].map((number) => block.pieces[number]).join("");
    const script = document.createElement("script");
    script.textContent = document.getElementById("tree-script").textContent;
    tree.append(script);
  };

  body.addEventListener("click", (event) => {
    const line = event.target.closest("tr[data-file]");
    if (line) open(Number(line.dataset.file));
  });
  dialog.querySelector("button").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // beside it
  });

  scroll.addEventListener("scroll", draw, { passive: true });
  window.addEventListener("resize", redraw);
  measure();
  arrange();
})();
