/* Shows whom to call as soon as a question is answered by anything but its first option. Sends nothing. */
for (const block of document.querySelectorAll("[data-help-at-once]")) {
  const name = block.dataset.helpAtOnce;
  const show = () => {
    const chosen = document.querySelector(`input[name="${name}"]:checked`);
    block.hidden = !chosen || chosen.value === "0";
  };
  document.querySelectorAll(`input[name="${name}"]`).forEach((each) => each.addEventListener("change", show));
  show();
}
