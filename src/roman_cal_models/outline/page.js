// The search box: shows what has all words in its path, title or value, and what leads to it.
(() => {
  for (const root of document.querySelectorAll('[data-rcm="@ID@"]')) {
    if (root.dataset.ready) continue; // shown twice
    root.dataset.ready = "yes";
    const find = root.querySelector(".rcm-find");
    const box = find.querySelector("input");
    const count = find.querySelector(".rcm-count");
    const items = [...root.querySelectorAll("li[data-path]")];
    const before = new Map([...root.querySelectorAll("details")].map((each) => [each, each.open]));
    const rowOf = (item) => item.querySelector(".rcm-row");
    const texts = new Map(items.map((item) =>
      [item, `${item.dataset.path} ${rowOf(item).title} ${rowOf(item).textContent}`.toLowerCase()]));
    let searched = false;

    const show = (item, words) => {
      const members = item.querySelectorAll(":scope > details > ul > li");
      const below = [...members].filter((member) => show(member, words)).length > 0;
      const text = texts.get(item);
      const hit = text !== undefined && words.every((word) => text.includes(word));
      item.hidden = !hit && !below;
      item.classList.toggle("rcm-hit", hit);
      const details = item.querySelector(":scope > details");
      if (details) details.open = below;
      return hit || below;
    };

    const search = () => {
      const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      if (words.length) {
        if (!searched) for (const details of before.keys()) before.set(details, details.open);
        for (const item of root.querySelectorAll(".rcm-tree > ul > li")) show(item, words);
        count.textContent = `${root.querySelectorAll(".rcm-hit").length} of ${items.length}`;
      } else if (searched) {
        for (const item of root.querySelectorAll("li")) {
          item.hidden = false;
          item.classList.remove("rcm-hit");
        }
        for (const [details, open] of before) details.open = open;
        count.textContent = "";
      }
      searched = words.length > 0;
    };

    box.addEventListener("input", search);
    box.addEventListener("keydown", (event) => {
      event.stopPropagation(); // the notebook must not take letters for commands
      if (event.key === "Escape") {
        box.value = "";
        search();
      }
    });
    find.hidden = false;
  }
})();
