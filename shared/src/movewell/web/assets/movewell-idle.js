// Warns somebody who works here before they are signed out, and signs them out in the browser too when time is up.
const dialog = document.getElementById("movewell-idle");
const WARN_SECONDS = 120;

if (dialog && typeof dialog.showModal === "function") {
  const left = dialog.querySelector("[data-left]");
  let ends = Date.now() + Number(dialog.dataset.seconds) * 1000;

  const words = (seconds) => {
    const minutes = Math.ceil(seconds / 60);
    return minutes > 1 ? `in ${minutes} minutes` : `in less than a minute`;
  };

  const look = () => {
    const seconds = (ends - Date.now()) / 1000;
    if (seconds <= 0) {
      window.location.assign("/signin/ended?why=idle");
      return;
    }
    if (seconds <= WARN_SECONDS) {
      if (left.textContent !== words(seconds)) left.textContent = words(seconds);
      if (!dialog.open) {
        dialog.showModal();
        dialog.querySelector("h2").focus();
      }
    }
    setTimeout(look, Math.min(10_000, Math.max(500, (seconds - WARN_SECONDS) * 1000)));
  };

  const stay = async (event) => {
    event.preventDefault();
    const form = dialog.querySelector("[data-stay]");
    try {
      const asked = { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } };
      const answer = await fetch(form.action, asked);
      ends = Date.now() + (await answer.json()).seconds * 1000;
      dialog.close();
    } catch {
      form.submit(); // the server's page says what is wrong
    }
  };

  dialog.querySelector("[data-stay]").addEventListener("submit", stay);
  dialog.addEventListener("cancel", stay); // Escape means: I am here
  look();
}
