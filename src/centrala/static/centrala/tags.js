// A tag in use is added to those that are typed, or taken away again.
const words = (text) => text.split(",").map((word) => word.trim()).filter(Boolean);

export function install() {
  document.addEventListener("click", ({ target }) => {
    const tag = target.closest?.("[data-adds]")?.dataset.adds;
    if (tag === undefined) return;
    const field = document.getElementById("id_tags");
    const typed = words(field.value);
    const known = typed.some((word) => word.toLowerCase() === tag);
    field.value = (known ? typed.filter((word) => word.toLowerCase() !== tag) : [...typed, tag]).join(", ");
  });
}
